"""Traces where Transaction Search has them, and whether it is as synthesized."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cdk_ecs_xray.verify.check import Answer, CheckStatus
from cdk_ecs_xray.verify.checks.arrival import ARRIVAL
from cdk_ecs_xray.verify.checks.transaction_search import TRANSACTION_SEARCH
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.logged_traces import RetrievalError, retrieve
from cdk_ecs_xray.verify.sent_trace import send_test_trace
from tests.verify.account import XRAY_SDK, Account, app, daemon, deployment, stack

ON = {"Destination": "CloudWatchLogs", "Status": "ACTIVE"}
ID = "1-4efaaf4d-1e8720b39541901950019ee5"
SEGMENT = {
    "id": "000000000000000a",
    "name": "orders",
    "start_time": 5.0,
    "end_time": 6.0,
    "fault": True,
    "http": {"request": {"method": "GET", "url": "http://x/a"}, "response": {"status": 500}},
    "cause": {"exceptions": [{"message": "no table"}]},
}


def event(name: object = "orders", trace_id: object = ID[2:].replace("-", "")) -> dict[str, str]:
    span = {"resource": {"attributes": {"service.name": name}}, "traceId": trace_id}
    return {"message": json.dumps(span)}


def policy(**members: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "xray.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": "arn:aws:logs:eu-west-1:111122223333:log-group:aws/spans:*",
        **members,
    }
    return {"resourcePolicies": [{"policyDocument": json.dumps({"Statement": [statement]})}]}


def looked_at(*, wanted: float | None = None, **answers: Any) -> Deployment:
    """A deployment in an account that has Transaction Search, until an answer says otherwise."""
    source = stack(app(**XRAY_SDK), daemon())
    if wanted is not None:
        search = {
            "Type": "Custom::XRayTransactionSearch",
            "Properties": {"IndexingPercentage": wanted},
        }
        template = {"Resources": {**source.template["Resources"], "Search": search}}
        source = replace(source, template=template)
    rule = {"Probabilistic": {"DesiredSamplingPercentage": 5.0}}
    retrieved = {"Id": ID, "Duration": 1.0, "Spans": [{"Document": json.dumps(SEGMENT)}]}
    return deployment(
        source,
        running=XRAY_SDK,
        **{
            "get_trace_segment_destination": ON,
            "get_indexing_rules": {"IndexingRules": [{"Name": "any", "Rule": rule}]},
            "describe_resource_policies": policy(),
            "filter_log_events": {"events": [event()]},
            "start_trace_retrieval": {"RetrievalToken": "token"},
            "list_retrieved_traces": {"RetrievalStatus": "COMPLETE", "Traces": [retrieved]},
            **answers,
        },
    )


def only(answers: Iterable[Answer]) -> Answer:
    (one,) = answers
    return one


def test_a_trace_that_is_not_indexed_has_arrived() -> None:
    asked = looked_at()
    answer = only(ARRIVAL.look(asked))
    assert (answer.status, answer.clause) == (
        CheckStatus.OK,
        "1 arrived in the last 10 minutes: 1 fault",
    )
    (trace,) = asked.traces_read()
    assert (trace.trace_id, trace.url, trace.http_status) == (ID, "GET http://x/a", 500)
    assert (trace.duration, trace.error) == (1.0, "no table")


@pytest.mark.parametrize(
    "events",
    [[], [event("other")], [event(trace_id=5)], [{"message": "{"}], [{"message": "[]"}]],
    ids=str,
)
def test_spans_of_others_are_no_traces_of_a_service(events: list[Mapping[str, str]]) -> None:
    answer = only(ARRIVAL.look(looked_at(filter_log_events={"events": events})))
    assert answer.status is CheckStatus.FAILED
    assert answer.clause == "none arrived in the last 10 minutes"


def test_without_the_log_group_nothing_arrived() -> None:
    missing = Account.exceptions.ResourceNotFoundException()
    answer = only(ARRIVAL.look(looked_at(filter_log_events=missing)))
    assert answer.status is CheckStatus.FAILED


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED", "TIMEOUT"])
def test_spans_that_are_not_retrieved_are_not_called_missing(status: str) -> None:
    asked = looked_at(list_retrieved_traces={"RetrievalStatus": status, "Traces": []})
    answer = only(ARRIVAL.look(asked))
    assert answer.status is CheckStatus.NOT_CHECKED
    assert answer.clause == (
        f"spans are in the log group aws/spans, and the retrieval of 1 traces is {status}"
    )


class Retrieving:
    """X-Ray while a retrieval runs, then its pages."""

    def __init__(self, *answers: Mapping[str, Any]) -> None:
        self.answers = list(answers)

    def start_trace_retrieval(self, **_: object) -> Mapping[str, str]:
        return {"RetrievalToken": "token"}

    def list_retrieved_traces(self, **_: object) -> Mapping[str, Any]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def test_a_retrieval_is_waited_for_and_read_to_its_last_page() -> None:
    xray = Retrieving(
        {"RetrievalStatus": "SCHEDULED"},
        {"RetrievalStatus": "RUNNING", "Traces": []},
        {"RetrievalStatus": "COMPLETE", "Traces": [{"Id": "1"}], "NextToken": "more"},
        {"RetrievalStatus": "COMPLETE", "Traces": [{"Id": "2"}]},
    )
    waited: list[float] = []
    found = retrieve(xray, ["1", "2"], since=datetime.now(UTC), sleep=waited.append)
    assert [one["Id"] for one in found] == ["1", "2"]
    assert len(waited) == 2


def test_a_retrieval_that_never_ends_is_given_up() -> None:
    moments = iter(range(0, 1000, 30))
    with pytest.raises(RetrievalError, match="is RUNNING"):
        retrieve(
            Retrieving({"RetrievalStatus": "RUNNING"}),
            ["1"],
            since=datetime.now(UTC),
            sleep=lambda _: None,
            clock=lambda: next(moments),
        )


WITHOUT_LEAVE: list[dict[str, Any]] = [
    {"resourcePolicies": []},
    {"resourcePolicies": [{"policyDocument": "{"}]},
    policy(Effect="Deny"),
    policy(Principal={"Service": "es.amazonaws.com"}),
    policy(Action="logs:CreateLogStream"),
    policy(Resource="arn:aws:logs:eu-west-1:1:log-group:other:*"),
]


@pytest.mark.parametrize(
    ("answers", "status", "words"),
    [
        ({}, "ok", "is on; X-Ray indexes 5 % of the traces"),
        ({"wanted": 5}, "ok", "is on; X-Ray indexes 5 % of the traces"),
        ({"wanted": 7}, "failed", "indexes 5 % of the traces, synthesized 7 %"),
        (
            {"wanted": 5, "get_trace_segment_destination": {"Destination": "XRay"}},
            "failed",
            "is off, synthesized on",
        ),
        (
            {"get_trace_segment_destination": {**ON, "Status": "PENDING"}},
            "not checked",
            "is still being turned on",
        ),
        *(
            ({"describe_resource_policies": found}, "failed", "no resource policy lets X-Ray")
            for found in WITHOUT_LEAVE
        ),
    ],
)
def test_the_account_is_held_to_what_was_synthesized(
    answers: dict[str, Any], status: str, words: str
) -> None:
    answer = only(TRANSACTION_SEARCH.look(looked_at(**answers)))
    assert (answer.status.value, words in answer.clause) == (status, True), answer
    assert answer.subject == "Transaction Search in eu-west-1"


def test_where_it_is_off_and_not_asked_for_there_is_nothing_to_say() -> None:
    off = {"Destination": "XRay", "Status": "ACTIVE"}
    assert list(TRANSACTION_SEARCH.look(looked_at(get_trace_segment_destination=off))) == []


def test_where_it_is_off_what_sends_spans_is_named() -> None:
    endpoint = "https://xray.eu-west-1.amazonaws.com/v1/traces"
    variables = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": endpoint}
    asked = deployment(stack(app(**variables)), running=variables)
    answer = only(TRANSACTION_SEARCH.look(asked))
    assert answer.status is CheckStatus.FAILED
    assert answer.clause == "is off, so X-Ray refuses the spans of orders"
    assert answer.problem is not None
    assert "XRayTransactionSearch" in answer.problem.fix


@pytest.mark.parametrize(("status", "result"), [("COMPLETE", "ok"), ("FAILED", "failed")])
def test_the_test_trace_is_looked_for_where_it_went(status: str, result: str) -> None:
    moments = iter(range(0, 10_000, 30))
    account = Account(
        put_trace_segments={"UnprocessedTraceSegments": []},
        start_trace_retrieval={"RetrievalToken": "token"},
        list_retrieved_traces={"RetrievalStatus": status, "Traces": [{"Id": ID}]},
    )
    answer = send_test_trace(
        account, "eu-west-1", in_logs=True, sleep=lambda _: None, clock=lambda: next(moments)
    )
    assert answer.status.value == result
