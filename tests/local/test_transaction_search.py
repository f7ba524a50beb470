"""Where traces go, which of them X-Ray finds, and how the others are read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError, ResourceNotFoundError
from tests.local.spans import SCOPE, TRACE, request, search_on, send, span
from tests.local.traces import ACCOUNT, NOW, SPAN, put, segment, subsegment, summaries, trace_id

LOGS = {"Destination": "CloudWatchLogs"}
TRACE_ID = "1-4efaaf4d-1e8720b39541901950019ee5"


class Log:
    """A log group of spans whose policy can be taken away."""

    def __init__(self, *, permitted: bool = True) -> None:
        self.permitted = permitted
        self.created = 0
        self.spans: list[Mapping[str, Any]] = []

    def may_write(self) -> bool:
        return self.permitted

    def create(self) -> None:
        self.created += 1

    def write(self, spans: Sequence[Mapping[str, Any]]) -> None:
        self.spans += spans


def store_with(log: Log) -> XRayStore:
    return XRayStore(account=ACCOUNT, region="eu-west-1", clock=lambda: NOW, span_log=log)


def indexing(xray: XRayStore, percentage: float) -> None:
    rule = {"Probabilistic": {"DesiredSamplingPercentage": percentage}}
    xray.search.update_rule({"Name": "Default", "Rule": rule})


def retrieved(xray: XRayStore, *trace_ids: str, **members: Any) -> dict[str, Any]:
    started = xray.retrievals.start({"TraceIds": list(trace_ids), **SPAN})
    xray.retrievals.traces(started)
    return xray.retrievals.traces({**started, **members})


def test_traces_go_to_x_ray_at_first(xray: XRayStore) -> None:
    assert xray.search.destination() == {"Destination": "XRay", "Status": "ACTIVE"}
    rule = xray.search.rules()["IndexingRules"][0]["Rule"]["Probabilistic"]
    assert rule["DesiredSamplingPercentage"] == 1


def test_a_new_destination_is_pending_before_it_is_active(xray: XRayStore) -> None:
    assert xray.search.send_to(LOGS) == {**LOGS, "Status": "PENDING"}
    assert xray.search.destination() == {**LOGS, "Status": "PENDING"}
    assert xray.search.destination() == {**LOGS, "Status": "ACTIVE"}
    assert xray.search.send_to(LOGS) == {**LOGS, "Status": "ACTIVE"}


def test_without_a_policy_spans_have_nowhere_to_go() -> None:
    log = Log(permitted=False)
    xray = store_with(log)
    with pytest.raises(InvalidRequestError, match="permission to call PutLogEvents"):
        xray.search.send_to(LOGS)
    assert (xray.search.is_on, log.created) == (False, 0)


def test_spans_are_lost_while_the_policy_is_missing() -> None:
    log = Log()
    xray = store_with(log)
    xray.search.send_to(LOGS)
    assert log.created == 1
    log.permitted = False
    put(xray, segment())
    assert log.spans == []
    assert retrieved(xray, trace_id())["Traces"] == []


@pytest.mark.parametrize("destination", [None, "Nowhere", ["XRay"]])
def test_an_unknown_destination_is_refused(xray: XRayStore, destination: object) -> None:
    with pytest.raises(InvalidRequestError):
        xray.search.send_to({"Destination": destination})


@pytest.mark.parametrize("percentage", [-1, 101, "5", None])
def test_a_percentage_is_between_0_and_100(xray: XRayStore, percentage: Any) -> None:
    with pytest.raises(InvalidRequestError):
        indexing(xray, percentage)


@pytest.mark.parametrize("rule", [None, {}, {"Probabilistic": 5}])
def test_an_indexing_rule_is_probabilistic(xray: XRayStore, rule: object) -> None:
    with pytest.raises(InvalidRequestError):
        xray.search.update_rule({"Name": "Default", "Rule": rule})


def test_an_unknown_indexing_rule_is_not_found(xray: XRayStore) -> None:
    with pytest.raises(ResourceNotFoundError):
        xray.search.update_rule({"Name": "Other", "Rule": {}})


@pytest.mark.parametrize(
    ("percentage", "least", "most"), [(0, 0, 0), (50, 20, 80), (100, 100, 100)]
)
def test_x_ray_finds_the_indexed_share_only(
    xray: XRayStore, percentage: float, least: int, most: int
) -> None:
    xray.search.send_to(LOGS)
    indexing(xray, percentage)
    for number in range(100):
        put(xray, segment(trace_id=trace_id(number)))
    assert least <= len(summaries(xray)) <= most
    found = [retrieved(xray, trace_id(number))["Traces"] for number in range(100)]
    assert all(found)


def test_what_x_ray_had_before_it_still_finds(xray: XRayStore) -> None:
    put(xray, segment())
    xray.search.send_to(LOGS)
    indexing(xray, 0)
    assert [one["Id"] for one in summaries(xray)] == [trace_id()]
    assert retrieved(xray, trace_id())["Traces"] == []


def test_the_log_group_has_a_span_for_each_segment_and_subsegment() -> None:
    log = Log()
    xray = store_with(log)
    xray.search.send_to(LOGS)
    call = subsegment(2, name="api", namespace="remote", fault=True)
    put(
        xray,
        segment(
            http={"request": {"method": "GET", "url": "http://x/a"}, "response": {"status": 200}},
            annotations={"plan": "pro"},
            metadata={"shop": {"cart": 1}},
            origin="AWS::ECS::Container",
            aws={"cloudwatch_logs": [{"log_group": "/shop", "arn": "arn:x"}]},
            subsegments=[call, {"id": 5}],
        ),
    )
    first, second = log.spans
    assert first == {
        "resource": {
            "attributes": {
                "service.name": "signup",
                "aws.xray.origin": "AWS::ECS::Container",
                "aws.log.group.names": ["/shop"],
                "aws.log.group.arns": ["arn:x"],
            }
        },
        "traceId": trace_id()[2:].replace("-", ""),
        "spanId": f"{1:016x}",
        "name": "signup",
        "kind": "SERVER",
        "startTimeUnixNano": NOW * 1_000_000_000,
        "endTimeUnixNano": NOW * 1_000_000_000 + 250_000_000,
        "durationNano": 250_000_000,
        "attributes": {
            "http.request.method": "GET",
            "url.full": "http://x/a",
            "http.response.status_code": 200,
            "plan": "pro",
            "aws.xray.annotations": ["plan"],
            "aws.xray.metadata.shop": '{"cart": 1}',
        },
        "status": {"code": "UNSET"},
    }
    assert (second["kind"], second["parentSpanId"], second["status"]["code"]) == (
        "CLIENT",
        f"{1:016x}",
        "ERROR",
    )


def test_a_retrieval_is_empty_until_it_is_complete(xray: XRayStore) -> None:
    xray.search.send_to(LOGS)
    put(xray, segment())
    started = xray.retrievals.start({"TraceIds": [trace_id(), trace_id(2)], **SPAN})
    running = xray.retrievals.traces(started)
    assert running == {"RetrievalStatus": "RUNNING", "TraceFormat": "XRAY", "Traces": []}
    complete = xray.retrievals.traces(started)
    assert complete["RetrievalStatus"] == "COMPLETE"
    (trace,) = complete["Traces"]
    assert (trace["Id"], trace["Duration"]) == (trace_id(), 0.25)
    assert json.loads(trace["Spans"][0]["Document"]) == segment()
    graph = xray.retrievals.graph(started)
    assert {one["Service"]["Name"] for one in graph["Services"]} == {"signup"}


def test_a_retrieval_asks_for_a_time(xray: XRayStore) -> None:
    xray.search.send_to(LOGS)
    put(xray, segment())
    early = {"StartTime": NOW - 60, "EndTime": NOW - 30}
    started = xray.retrievals.start({"TraceIds": [trace_id()], **early})
    xray.retrievals.traces(started)
    assert xray.retrievals.traces(started)["Traces"] == []


def test_spans_come_back_as_they_were_sent() -> None:
    service = search_on(percentage=0)
    send(service, request(span(attributes={"plan": "pro"})))
    xray = service.store(SCOPE)
    assert xray.traces.batch({"TraceIds": [TRACE_ID]})["UnprocessedTraceIds"] == [TRACE_ID]
    (trace,) = retrieved(xray, TRACE_ID, TraceFormat="OTEL")["Traces"]
    (document,) = [json.loads(one["Document"]) for one in trace["Spans"]]
    assert document == {
        "resource": {"attributes": {"service.name": "signup"}},
        "scope": {"name": "flask"},
        "traceId": TRACE,
        "spanId": f"{1:016x}",
        "name": "GET /signup",
        "kind": "SERVER",
        "startTimeUnixNano": NOW * 1_000_000_000,
        "endTimeUnixNano": NOW * 1_000_000_000 + 250_000_000,
        "durationNano": 250_000_000,
        "attributes": {"plan": "pro"},
        "status": {"code": "UNSET"},
    }


def test_traces_come_in_pages(xray: XRayStore) -> None:
    xray.search.send_to(LOGS)
    for number in range(11):
        put(xray, segment(trace_id=trace_id(number)))
    started = xray.retrievals.start({"TraceIds": [trace_id(n) for n in range(11)], **SPAN})
    xray.retrievals.traces(started)
    first = xray.retrievals.traces(started)
    second = xray.retrievals.traces({**started, "NextToken": first["NextToken"]})
    found = [one["Id"] for one in first["Traces"] + second["Traces"]]
    assert found == [trace_id(n) for n in range(11)]


def test_a_cancelled_retrieval_finds_nothing(xray: XRayStore) -> None:
    started = xray.retrievals.start({"TraceIds": [], **SPAN})
    assert xray.retrievals.cancel(started) == {}
    assert xray.retrievals.traces(started)["RetrievalStatus"] == "CANCELLED"


def test_a_retrieval_lives_for_an_hour(xray: XRayStore, clock: Any) -> None:
    started = xray.retrievals.start({"TraceIds": [], **SPAN})
    clock.now += 3601
    assert xray.retrievals.traces(started)["RetrievalStatus"] == "TIMEOUT"


@pytest.mark.parametrize("operation", ["traces", "graph", "cancel"])
def test_an_unknown_retrieval_is_not_found(xray: XRayStore, operation: str) -> None:
    with pytest.raises(ResourceNotFoundError):
        getattr(xray.retrievals, operation)({"RetrievalToken": "none"})


@pytest.mark.parametrize(
    "members",
    [
        {"TraceIds": None},
        {"TraceIds": [trace_id()] * 101},
        {"StartTime": None},
        {"EndTime": NOW - 100},
    ],
)
def test_a_malformed_retrieval_is_refused(xray: XRayStore, members: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        xray.retrievals.start({"TraceIds": [trace_id()], **SPAN, **members})


def test_an_unknown_format_is_refused(xray: XRayStore) -> None:
    started = xray.retrievals.start({"TraceIds": [], **SPAN})
    with pytest.raises(InvalidRequestError):
        xray.retrievals.traces({**started, "TraceFormat": "ZIPKIN"})
