"""GetTraceSummaries, BatchGetTraces, GetServiceGraph and GetTraceGraph."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError

NOW = 1_800_000_000
SPAN = {"StartTime": NOW - 60, "EndTime": NOW + 60}
ACCOUNT = "123456789012"


def trace_id(number: int = 1, *, at: int = NOW) -> str:
    return f"1-{at:08x}-{number:024x}"


def segment(number: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "id": f"{number:016x}",
        "trace_id": trace_id(),
        "name": "signup",
        "start_time": NOW,
        "end_time": NOW + 0.25,
        **members,
    }


def subsegment(number: int, **members: Any) -> dict[str, Any]:
    whole = segment(number, end_time=NOW + 0.1, **members)
    return whole if "parent_id" in members else {k: v for k, v in whole.items() if k != "trace_id"}


def put(xray: XRayStore, *documents: dict[str, Any]) -> None:
    raw = [json.dumps(document) for document in documents]
    answer = xray.segments.put({"TraceSegmentDocuments": raw})
    assert answer == {"UnprocessedTraceSegments": []}


def summaries(xray: XRayStore, **members: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = xray.traces.summaries({**SPAN, **members})["TraceSummaries"]
    return found


def graph(xray: XRayStore, **members: Any) -> dict[tuple[str, str | None], dict[str, Any]]:
    services = xray.traces.service_graph({**SPAN, **members})["Services"]
    return {(s["Name"], s.get("Type")): s for s in services}


def edges(services: dict[tuple[str, str | None], dict[str, Any]]) -> set[tuple[Any, Any]]:
    by_number = {s["ReferenceId"]: name for name, s in services.items()}
    return {(name, by_number[e["ReferenceId"]]) for name, s in services.items() for e in s["Edges"]}


def service_id(name: str, **members: str) -> dict[str, Any]:
    return {"Name": name, "Names": [name], "AccountId": ACCOUNT, **members}


def test_a_summary_tells_the_whole_trace(xray: XRayStore) -> None:
    put(
        xray,
        segment(
            origin="AWS::ECS::Container",
            http={
                "request": {
                    "url": "http://x/a",
                    "method": "GET",
                    "user_agent": "curl",
                    "client_ip": "10.0.0.1",
                },
                "response": {"status": 200},
            },
            user="ada",
            annotations={"plan": "pro", "seats": 3, "trial": True, "odd": ["no index"]},
            resource_arn="arn:aws:ecs:eu-west-1:123456789012:task/t",
            aws={"ec2": {"instance_id": "i-1", "availability_zone": "eu-west-1a"}},
            subsegments=[subsegment(2, name="work", annotations={"plan": "pro", "step": 1})],
        ),
    )
    service = service_id("signup", Type="AWS::ECS::Container")

    def values(**value: object) -> list[dict[str, Any]]:
        return [{"AnnotationValue": value, "ServiceIds": [service]}]

    assert summaries(xray) == [
        {
            "Id": trace_id(),
            "StartTime": NOW,
            "Duration": 0.25,
            "ResponseTime": 0.25,
            "HasFault": False,
            "HasError": False,
            "HasThrottle": False,
            "IsPartial": False,
            "Http": {
                "HttpURL": "http://x/a",
                "HttpMethod": "GET",
                "HttpStatus": 200,
                "UserAgent": "curl",
                "ClientIp": "10.0.0.1",
            },
            "Annotations": {
                "plan": values(StringValue="pro"),
                "seats": values(NumberValue=3),
                "trial": values(BooleanValue=True),
                "step": values(NumberValue=1),
            },
            "Users": [{"UserName": "ada", "ServiceIds": [service]}],
            "ServiceIds": [service],
            "EntryPoint": service,
            "ResourceARNs": [{"ARN": "arn:aws:ecs:eu-west-1:123456789012:task/t"}],
            "InstanceIds": [{"Id": "i-1"}],
            "AvailabilityZones": [{"Name": "eu-west-1a"}],
            "FaultRootCauses": [],
            "ErrorRootCauses": [],
            "ResponseTimeRootCauses": [],
            "Revision": 1,
            "MatchedEventTime": NOW,
        }
    ]


@pytest.mark.parametrize(
    ("members", "flags"),
    [
        ({}, (False, False, False)),
        ({"fault": True}, (True, False, False)),
        ({"error": True}, (False, True, False)),
        ({"error": True, "throttle": True}, (False, True, True)),
        ({"http": {"response": {"status": 503}}}, (True, False, False)),
        ({"http": {"response": {"status": 404}}}, (False, True, False)),
        ({"http": {"response": {"status": 429}}}, (False, True, True)),
        ({"http": {"response": {"status": 302}}}, (False, False, False)),
    ],
)
def test_flags_come_from_the_root_segment(
    xray: XRayStore, members: dict[str, Any], flags: tuple[bool, bool, bool]
) -> None:
    put(xray, segment(**members))
    (summary,) = summaries(xray)
    assert (summary["HasFault"], summary["HasError"], summary["HasThrottle"]) == flags


def test_a_fault_further_down_is_not_the_root_s(xray: XRayStore) -> None:
    """API reference: HasFault and HasError are the root's, HasThrottle is anyone's."""
    broken = subsegment(2, name="api", fault=True)
    slow = subsegment(3, name="queue", throttle=True)
    put(xray, segment(subsegments=[broken, slow]))
    (summary,) = summaries(xray)
    assert (summary["HasFault"], summary["HasError"], summary["HasThrottle"]) == (
        False,
        False,
        True,
    )


def test_duration_covers_the_trace_and_response_time_the_root(xray: XRayStore) -> None:
    put(
        xray,
        segment(1),
        segment(2, parent_id=f"{1:016x}", name="worker", start_time=NOW + 0.2, end_time=NOW + 3),
    )
    (summary,) = summaries(xray)
    assert (summary["Duration"], summary["ResponseTime"]) == (3.0, 0.25)
    assert summary["EntryPoint"] == service_id("signup")
    assert summary["ServiceIds"] == [service_id("signup"), service_id("worker")]


def test_summaries_come_newest_first_in_pages(xray: XRayStore) -> None:
    for number in range(150):
        moment = NOW - 30 + number * 0.1
        put(
            xray,
            segment(trace_id=trace_id(number), start_time=moment, end_time=moment),
        )
    first = xray.traces.summaries(SPAN)
    second = xray.traces.summaries({**SPAN, "NextToken": first["NextToken"]})
    assert "NextToken" not in second
    found = [s["StartTime"] for s in first["TraceSummaries"] + second["TraceSummaries"]]
    assert len(found) == 150
    assert found == sorted(found, reverse=True)
    assert first["TracesProcessedCount"] == 150


@pytest.mark.parametrize(
    ("kind", "moment"), [("TraceId", NOW - 500), ("Service", NOW - 400), ("Event", NOW)]
)
def test_the_time_range_is_of_the_kind_asked_for(xray: XRayStore, kind: str, moment: int) -> None:
    """By trace id the original request's time, by service the end, by event the arrival."""
    put(
        xray,
        segment(trace_id=trace_id(at=NOW - 500), start_time=NOW - 450.0, end_time=NOW - 400.0),
    )
    for offset in (-20, 0, 20):
        window = {"StartTime": moment + offset - 5, "EndTime": moment + offset + 5}
        found = summaries(xray, TimeRangeType=kind, **window)
        assert bool(found) is (offset == 0)


def test_a_w3c_trace_id_tells_no_time(xray: XRayStore) -> None:
    put(xray, segment(trace_id="1-4efaaf4d-1e8720b39541901950019ee5"))
    assert [s["Id"] for s in summaries(xray)] == ["1-4efaaf4d-1e8720b39541901950019ee5"]


@pytest.mark.parametrize(
    "request_body",
    [
        {},
        {"StartTime": NOW},
        {"StartTime": NOW, "EndTime": NOW},
        {"StartTime": "a", "EndTime": "b"},
        {"StartTime": NOW - 90_000, "EndTime": NOW},
        {**SPAN, "TimeRangeType": "Whenever"},
        {**SPAN, "FilterExpression": "nonsense"},
        {**SPAN, "NextToken": "nonsense"},
    ],
)
def test_a_malformed_search_is_refused(xray: XRayStore, request_body: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        xray.traces.summaries(request_body)


def test_a_graph_spans_six_hours_at_most(xray: XRayStore) -> None:
    with pytest.raises(InvalidRequestError, match="6 hours"):
        xray.traces.service_graph({"StartTime": NOW - 21_601, "EndTime": NOW})


def test_full_traces_come_with_documents_as_they_were_sent(xray: XRayStore) -> None:
    raw = json.dumps(segment(), indent=1)
    xray.segments.put({"TraceSegmentDocuments": [raw]})
    assert xray.traces.batch({"TraceIds": [trace_id(), trace_id(2)]}) == {
        "Traces": [
            {
                "Id": trace_id(),
                "Duration": 0.25,
                "LimitExceeded": False,
                "Segments": [{"Id": f"{1:016x}", "Document": raw}],
            }
        ],
        "UnprocessedTraceIds": [trace_id(2)],
    }


def test_a_service_that_sent_nothing_gets_an_inferred_segment(xray: XRayStore) -> None:
    put(
        xray,
        segment(
            subsegments=[
                subsegment(2, name="DynamoDB", namespace="aws", aws={"table_name": "users"})
            ]
        ),
    )
    (trace,) = xray.traces.batch({"TraceIds": [trace_id()]})["Traces"]
    inferred = json.loads(trace["Segments"][1]["Document"])
    assert trace["Segments"][1]["Id"] == inferred["id"]
    assert inferred | {"id": ""} == {
        "id": "",
        "trace_id": trace_id(),
        "parent_id": f"{2:016x}",
        "name": "users",
        "origin": "AWS::DynamoDB::Table",
        "inferred": True,
        "start_time": NOW,
        "end_time": NOW + 0.1,
        "aws": {"table_name": "users"},
    }


@pytest.mark.parametrize("ids", [None, [], [trace_id(n) for n in range(6)]])
@pytest.mark.parametrize("operation", ["batch", "trace_graph"])
def test_one_to_five_traces_can_be_read_at_a_time(
    xray: XRayStore, operation: str, ids: object
) -> None:
    with pytest.raises(InvalidRequestError, match="1 to 5"):
        getattr(xray.traces, operation)({"TraceIds": ids})


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
