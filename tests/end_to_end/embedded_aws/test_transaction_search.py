"""Transaction Search over the wire: its policy, its log group, and the signed OTLP endpoint."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from tests.end_to_end.embedded_aws.raw_requests import send, signed
from tests.local.spans import TRACE, TRACE_ID, request, span

PLACE = "us-east-1:000000000000"
LOGS = "CloudWatchLogs"


def policy(**members: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "xray.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": [f"arn:aws:logs:{PLACE}:log-group:aws/spans:*"],
        **members,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def permit(aws: EmbeddedAws, document: str) -> None:
    aws.client("logs").put_resource_policy(policyName="spans", policyDocument=document)


def post(aws: EmbeddedAws, document: dict[str, Any]) -> Any:
    body = json.dumps(document)
    headers = {"Content-Type": "application/json"}
    path = "/v1/traces"
    return send(
        aws,
        "POST",
        path,
        signed(aws, "POST", path, body=body, service="xray", headers=headers),
        body.encode(),
    )


@pytest.mark.parametrize(
    "document",
    [
        policy(Effect="Deny"),
        policy(Principal="*"),
        policy(Principal={"Service": "logs.amazonaws.com"}),
        policy(Action="logs:CreateLogGroup"),
        policy(Resource=f"arn:aws:logs:{PLACE}:log-group:aws/other:*"),
        "no policy",
        "[]",
    ],
)
def test_a_policy_that_lets_x_ray_write_no_spans_is_none(aws: EmbeddedAws, document: str) -> None:
    permit(aws, document)
    xray = aws.client("xray")
    with pytest.raises(xray.exceptions.InvalidRequestException, match="PutLogEvents"):
        xray.update_trace_segment_destination(Destination=LOGS)


def test_spans_reach_the_log_group_and_are_retrieved(aws: EmbeddedAws) -> None:
    now = int(time.time())
    refused = post(aws, request(span(at=now)))
    assert refused.status == 400
    assert b"Trace Segment Destination" in refused.body

    permit(aws, policy(Action=["logs:PutLogEvents"]))
    xray = aws.client("xray")
    assert xray.update_trace_segment_destination(Destination=LOGS)["Status"] == "PENDING"
    xray.get_trace_segment_destination()
    assert xray.get_trace_segment_destination()["Status"] == "ACTIVE"
    xray.update_indexing_rule(
        Name="Default", Rule={"Probabilistic": {"DesiredSamplingPercentage": 0}}
    )
    taken = post(aws, request(span(at=now)))
    assert (taken.status, taken.body) == (200, b"{}")

    (event,) = aws.client("logs").filter_log_events(logGroupName="aws/spans")["events"]
    assert json.loads(event["message"])["traceId"] == TRACE
    assert xray.batch_get_traces(TraceIds=[TRACE_ID])["Traces"] == []
    retrieval = xray.start_trace_retrieval(
        TraceIds=[TRACE_ID], StartTime=now - 60, EndTime=now + 60
    )
    found: list[Any] = []
    for _ in range(2):
        found = xray.list_retrieved_traces(**_only(retrieval))["Traces"]
    assert [trace["Id"] for trace in found] == [TRACE_ID]


def _only(answer: dict[str, Any]) -> dict[str, Any]:
    return {"RetrievalToken": answer["RetrievalToken"]}
