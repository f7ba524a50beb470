"""The sample service's OpenTelemetry variant under AWS's distribution, with what the kit sets.

What it sends is decoded with OpenTelemetry's own messages, and given to the emulator's X-Ray as its
OTLP endpoint takes it. DynamoDB, SNS and the collector are stand-ins.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import AdotCollector, XRayTracing
from tests.end_to_end.real_sdks.stand_in import StandIn, listening
from tests.end_to_end.real_sdks.test_wiring import (
    DECODE,
    OPEN_TELEMETRY_APPS,
    RUN,
    SDKS,
    needs_sdks,
    replaced,
)
from tests.end_to_end.survival.backend import backend
from tests.end_to_end.survival.conftest import KEYS
from tests.end_to_end.survival.signup_app import SignupApp, new_address, running, until
from tests.local.spans import PROTOBUF, SCOPE, search_on

NAME = "signup"
Span = Mapping[str, Any]


@pytest.fixture(scope="module")
def deployed(
    synthesise: Callable[..., Any], variables: Callable[..., dict[str, Any]]
) -> Mapping[str, Any]:
    """What the kit sets on the app's container beside ADOT."""

    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
        task.add_container(NAME, image=ecs.ContainerImage.from_registry("signup:1"))
        task.add_extension(XRayTracing(collector=AdotCollector(), tracing_name=NAME))

    return variables(synthesise(build).containers()[NAME])


@needs_sdks
def test_a_duplicate_signup_is_a_trace_that_says_why(deployed: Mapping[str, Any]) -> None:
    with listening(NAME) as stand_in, backend() as url:
        environment = {
            **KEYS,
            **replaced(deployed, "127.0.0.1", stand_in),
            **OPEN_TELEMETRY_APPS["python"].environment,
            "AWS_ENDPOINT_URL": url,
            "SIGNUP_TABLE": "Signups",
            "SIGNUP_TOPIC": "arn:aws:sns:eu-west-1:123456789012:signups",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        through = (sys.executable, "-c", RUN)
        with running(environment, module="signup.otel_app", through=through) as app:
            # Without rules an SDK records one request a second; with X-Ray's, each of these.
            until(lambda: duplicate_is_traced(app, stand_in), "a traced duplicate")
        spans = spans_of(stand_in)

    (refused,) = [span for span in spans if is_refused(span)][:1]
    trace = [span for span in spans if span["traceId"] == refused["traceId"]]
    assert refused["kind"] == "SPAN_KIND_SERVER"
    (put,) = [span for span in trace if span["kind"] == "SPAN_KIND_CLIENT"]
    assert put["parentSpanId"] == refused["spanId"]
    said = attributes_of(put)
    assert (said["rpc.service"], said["rpc.method"]) == ("DynamoDB", "PutItem")
    assert said["aws.dynamodb.table_names"] == ["Signups"]
    assert put["status"]["code"] == "STATUS_CODE_ERROR"
    (raised,) = [event for event in put["events"] if event["name"] == "exception"]
    assert "ConditionalCheckFailedException" in attributes_of(raised)["exception.message"]
    # A signup that is taken goes on to SNS.
    taken = {span["traceId"] for span in spans if status_of(span) == 201}
    called = {(span["traceId"], attributes_of(span).get("rpc.service")) for span in spans}
    assert {(one, service) for one in taken for service in ("DynamoDB", "SNS")} <= called

    segment = in_the_embedded_xray(stand_in, refused["traceId"])
    assert (segment["name"], segment["http"]["response"]["status"]) == (NAME, 409)
    (part,) = segment["subsegments"]
    assert part["name"] == "DynamoDB"
    assert part["aws"]["operation"] == "PutItem"
    assert "ConditionalCheckFailedException" in part["cause"]["exceptions"][0]["message"]


def in_the_embedded_xray(stand_in: StandIn, trace_id: str) -> Mapping[str, Any]:
    """Return the segment of a trace, once X-Ray has taken every export."""
    xray = search_on(clock=time.time)
    for body in stand_in.exports:
        taken = xray.answer(scope=SCOPE, path="/v1/traces", body=body, headers=PROTOBUF)
        assert taken.status == 200
    found = base64.b64decode(trace_id).hex()
    (trace,) = xray.store(SCOPE).traces.batch({"TraceIds": [f"1-{found[:8]}-{found[8:]}"]})[
        "Traces"
    ]
    documents = [json.loads(one["Document"]) for one in trace["Segments"]]
    (segment,) = [one for one in documents if "parent_id" not in one]
    return dict(segment)


def duplicate_is_traced(app: SignupApp, stand_in: StandIn) -> bool:
    address = new_address()
    assert [app.sign_up(address, sampled=False).status for _ in range(2)] == [201, 409]
    with stand_in.arrived:
        stand_in.arrived.wait(0.5)
    spans = spans_of(stand_in) if stand_in.exports else []
    return {201, 409} <= {status_of(span) for span in spans}


def is_refused(span: Span) -> bool:
    return status_of(span) == 409


def status_of(span: Span) -> int | None:
    found = attributes_of(span)
    if span.get("kind") != "SPAN_KIND_SERVER":
        return None
    return int(found.get("http.response.status_code") or found.get("http.status_code") or 0)


def attributes_of(part: Mapping[str, Any]) -> Mapping[str, Any]:
    return {one["key"]: value_of(one["value"]) for one in part.get("attributes", [])}


def value_of(value: Mapping[str, Any]) -> Any:
    ((kind, found),) = value.items()
    return [value_of(one) for one in found["values"]] if kind == "arrayValue" else found


def spans_of(stand_in: StandIn) -> Sequence[Span]:
    """Return every span that was exported."""
    done = subprocess.run(
        [sys.executable, "-c", DECODE],
        input="\n".join(base64.b64encode(body).decode() for body in list(stand_in.exports)),
        env={"PYTHONPATH": str(SDKS / "python")},
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        span
        for export in json.loads(done.stdout)
        for resource in export["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
