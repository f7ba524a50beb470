"""GetTraceSummaries and BatchGetTraces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError
from tests.local.traces import NOW, SPAN, put, segment, service_id, subsegment, summaries, trace_id


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


def test_what_comes_in_between_two_pages_moves_nothing(xray: XRayStore) -> None:
    for number in range(101):
        put(xray, segment(trace_id=trace_id(number), start_time=NOW - number, end_time=NOW))
    wide = {"StartTime": NOW - 600, "EndTime": NOW + 60}
    first = xray.traces.summaries(wide)
    put(xray, segment(trace_id=trace_id(500), start_time=NOW + 1, end_time=NOW + 2))
    second = xray.traces.summaries({**wide, "NextToken": first["NextToken"]})
    assert [s["Id"] for s in second["TraceSummaries"]] == [trace_id(100)]


@pytest.mark.parametrize(("rate", "most"), [(0, 0), (0.5, 70), (1, 100)])
def test_a_search_at_a_fixed_rate_looks_at_that_share(
    xray: XRayStore, rate: float, most: int
) -> None:
    for number in range(100):
        put(xray, segment(trace_id=trace_id(number)))
    strategy = {"Name": "FixedRate", "Value": rate}
    found = summaries(xray, Sampling=True, SamplingStrategy=strategy)
    assert rate * 50 <= len(found) <= most
    assert len(summaries(xray, SamplingStrategy=strategy)) == 100


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
        {**SPAN, "Sampling": True, "SamplingStrategy": {"Name": "Other"}},
        {**SPAN, "Sampling": True, "SamplingStrategy": {"Name": "FixedRate", "Value": 2}},
        {**SPAN, "NextToken": "NQ=="},
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


def test_a_subsegment_whose_end_is_no_number_has_not_ended(xray: XRayStore) -> None:
    put(xray, segment(subsegments=[{**subsegment(2, name="work"), "end_time": "never"}]))

    (found,) = summaries(xray)

    assert (found["IsPartial"], found["Duration"]) == (True, 0.25)
    assert ("signup", None) in graph_of_all(xray)


def test_a_trace_that_has_changed_is_read_again(xray: XRayStore) -> None:
    put(xray, segment(end_time=None, in_progress=True))
    assert summaries(xray)[0]["IsPartial"] is True

    put(xray, segment())

    assert summaries(xray)[0]["IsPartial"] is False


def graph_of_all(xray: XRayStore) -> set[tuple[str, str | None]]:
    services = xray.traces.service_graph(SPAN)["Services"]
    return {(service["Name"], service.get("Type")) for service in services}
