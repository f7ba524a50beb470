"""GetServiceGraph and GetTraceGraph."""

from __future__ import annotations

from typing import Any

import pytest

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError
from tests.local.traces import (
    ACCOUNT,
    NOW,
    edges,
    graph,
    put,
    segment,
    service_id,
    subsegment,
    summaries,
    trace_id,
)


def test_the_graph_joins_client_services_and_inferred_services(xray: XRayStore) -> None:
    calls = [
        subsegment(2, name="billing.local", namespace="remote"),
        subsegment(3, name="DynamoDB", namespace="aws", aws={"table_name": "users"}),
        subsegment(4, name="SNS", namespace="aws"),
        subsegment(5, name="SQS", namespace="aws", aws={"queue_url": "https://q"}),
        subsegment(6, name="api.example.com", namespace="remote", error=True),
        subsegment(7, name="db@host", namespace="remote", sql={"url": "jdbc"}),
        subsegment(8, name="render"),
    ]
    put(
        xray,
        segment(subsegments=calls, origin="AWS::ECS::Container"),
        segment(9, parent_id=f"{2:016x}", name="billing", fault=True),
    )
    services = graph(xray)
    root = ("signup", "AWS::ECS::Container")
    called = {
        ("billing", None),
        ("users", "AWS::DynamoDB::Table"),
        ("SNS", "AWS::SNS"),
        ("https://q", "AWS::SQS::Queue"),
        ("api.example.com", "remote"),
        ("db@host", "Database::SQL"),
    }
    assert edges(services) == {(("signup", "client"), root)} | {(root, name) for name in called}
    assert services[root]["Root"] is True
    assert "Root" not in services["billing", None]
    assert services[root]["State"] == "active"
    assert services["SNS", "AWS::SNS"]["State"] == "unknown"
    assert "AccountId" not in services["api.example.com", "remote"]
    assert services["users", "AWS::DynamoDB::Table"]["AccountId"] == ACCOUNT
    assert "SummaryStatistics" not in services["signup", "client"]


def test_an_edge_counts_what_the_caller_saw(xray: XRayStore) -> None:
    put(
        xray,
        segment(subsegments=[subsegment(2, name="billing.local", namespace="remote")]),
        segment(3, parent_id=f"{2:016x}", name="billing", end_time=NOW + 0.05, fault=True),
    )
    services = graph(xray)
    (edge,) = services["signup", None]["Edges"]
    assert edge == {
        "ReferenceId": services["billing", None]["ReferenceId"],
        "StartTime": NOW,
        "EndTime": NOW + 0.1,
        "SummaryStatistics": {
            "OkCount": 1,
            "ErrorStatistics": {"ThrottleCount": 0, "OtherCount": 0, "TotalCount": 0},
            "FaultStatistics": {"OtherCount": 0, "TotalCount": 0},
            "TotalCount": 1,
            "TotalResponseTime": 0.1,
        },
        "ResponseTimeHistogram": [{"Value": 0.1, "Count": 1}],
        "Aliases": [],
    }
    assert services["billing", None]["SummaryStatistics"]["FaultStatistics"]["TotalCount"] == 1


def test_statistics_add_up_over_traces(xray: XRayStore) -> None:
    outcomes: list[dict[str, Any]] = [{}, {}, {"error": True}, {"throttle": True}, {"fault": True}]
    for number, outcome in enumerate(outcomes):
        put(xray, segment(trace_id=trace_id(number), **outcome))
    node = graph(xray)["signup", None]
    assert node["SummaryStatistics"] == {
        "OkCount": 2,
        "ErrorStatistics": {"ThrottleCount": 1, "OtherCount": 1, "TotalCount": 2},
        "FaultStatistics": {"OtherCount": 1, "TotalCount": 1},
        "TotalCount": 5,
        "TotalResponseTime": 1.25,
    }
    assert node["DurationHistogram"] == [{"Value": 0.25, "Count": 5}]


def test_work_in_progress_is_a_node_and_not_yet_counted(xray: XRayStore) -> None:
    started = {k: v for k, v in segment(in_progress=True).items() if k != "end_time"}
    put(xray, started)
    assert graph(xray)["signup", None]["SummaryStatistics"]["TotalCount"] == 0


def test_a_subsegment_sent_on_its_own_belongs_to_its_segment(xray: XRayStore) -> None:
    call = {"name": "SNS", "namespace": "aws", "type": "subsegment"}
    put(xray, subsegment(3, parent_id=f"{2:016x}", **call))
    assert graph(xray) == {}
    put(xray, segment(subsegments=[subsegment(2, name="work")]))
    assert (("signup", None), ("SNS", "AWS::SNS")) in edges(graph(xray))
    (summary,) = summaries(xray)
    assert summary["EntryPoint"] == service_id("signup")


def test_a_segment_whose_caller_never_reported_has_no_client(xray: XRayStore) -> None:
    put(xray, segment(parent_id=f"{7:016x}"))
    assert list(graph(xray)) == [("signup", None)]
    (summary,) = summaries(xray)
    assert summary["EntryPoint"] == service_id("signup")


def test_subsegments_that_call_each_other_in_a_ring_end_nowhere(xray: XRayStore) -> None:
    ring = {"name": "SNS", "namespace": "aws", "type": "subsegment"}
    put(
        xray,
        subsegment(2, parent_id=f"{3:016x}", **ring),
        subsegment(3, parent_id=f"{2:016x}", **ring),
    )
    assert graph(xray) == {}
    assert "EntryPoint" not in summaries(xray)[0]


def test_a_nameless_subsegment_is_left_out(xray: XRayStore) -> None:
    put(xray, segment(subsegments=[subsegment(2, name=None, namespace="aws"), "odd", {}]))
    assert set(graph(xray)) == {("signup", None), ("signup", "client")}


def test_a_group_narrows_the_graph(xray: XRayStore) -> None:
    put(xray, segment(), segment(trace_id=trace_id(2), name="other", fault=True))
    group = xray.create_group({"GroupName": "broken", "FilterExpression": "fault"})
    xray.create_group({"GroupName": "all"})
    for which in ({"GroupName": "broken"}, {"GroupARN": group["GroupARN"]}):
        assert ("other", None) in graph(xray, **which)
        assert ("signup", None) not in graph(xray, **which)
    assert {("other", None), ("signup", None)} <= set(graph(xray, GroupName="all"))
    with pytest.raises(InvalidRequestError, match="does not exist"):
        graph(xray, GroupName="missing")


def test_the_graph_leaves_out_what_lies_outside_the_time_frame(xray: XRayStore) -> None:
    put(xray, segment())
    assert graph(xray, StartTime=NOW + 10) == {}


def test_the_graph_of_single_traces(xray: XRayStore) -> None:
    put(xray, segment(), segment(trace_id=trace_id(2), name="other"))
    services = xray.traces.trace_graph({"TraceIds": [trace_id(2)]})["Services"]
    assert {s["Name"] for s in services} == {"other"}
