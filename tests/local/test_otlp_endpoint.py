"""``POST /v1/traces``: which requests are taken, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from cdk_ecs_xray.local.xray import XRayService
from tests.local.spans import JSON, NOW, PROTOBUF, SCOPE, documents, request, search_on, send, span

GZIP = {"content-encoding": "gzip"}


@pytest.mark.parametrize(
    "headers",
    [JSON, PROTOBUF, PROTOBUF | GZIP, JSON | GZIP, {"content-type": "application/json; a=b"}],
)
def test_spans_are_taken_in_every_format(headers: Mapping[str, str]) -> None:
    service = search_on()
    answer = send(service, request(span()), headers=headers)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == headers["content-type"].partition(";")[0]
    assert answer.body == (b"" if headers["content-type"] == PROTOBUF["content-type"] else b"{}")
    assert [one["name"] for one in documents(service)] == ["signup"]


def test_without_transaction_search_the_endpoint_refuses() -> None:
    answer = send(XRayService(), request(span()))
    assert answer.status == 400
    assert answer.headers["x-amzn-ErrorType"] == "InvalidRequestException"
    assert json.loads(answer.body)["Message"].startswith(
        "The OTLP API is supported with CloudWatch Logs as a Trace Segment Destination"
    )


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([span(n) for n in range(1, 10_002)], "10000 spans"),
        ([span(at=NOW + 7201)], "2 hours in the future"),
        ([span(at=NOW - 14 * 86400 - 1)], "14 days ago"),
        ([span(1), span(2, at=NOW - 86401)], "24 hours"),
        ([span(traceId="00" * 16)], "trace_id"),
        ([span(traceId="ab")], "trace_id"),
        ([span(spanId="")], "span_id"),
        ([span(parentSpanId="abcd")], "parent_span_id"),
        ([span(metadata_of_a_megabyte="m" * 6_000_000)], "uncompressed"),
    ],
)
def test_a_request_beyond_a_limit_is_refused_whole(spans: list[Any], words: str) -> None:
    service = search_on()
    answer = send(service, request(*spans))
    assert answer.status == 400
    assert words in json.loads(answer.body)["Message"]
    assert documents(service) == []


@pytest.mark.parametrize(
    "spans",
    [
        [span(at=NOW + 7200)],
        [span(at=NOW - 14 * 86400)],
        [span(1), span(2, at=NOW - 86400)],
        [],
    ],
)
def test_a_request_within_the_limits_is_taken(spans: list[Any]) -> None:
    assert send(search_on(), request(*spans)).status == 200


@pytest.mark.parametrize("headers", [JSON, PROTOBUF])
def test_a_span_that_is_too_large_is_left_out_and_said_so(headers: Mapping[str, str]) -> None:
    service = search_on()
    large = span(2, attributes={"text": "t" * 204_800})
    answer = send(service, request(span(1), large), headers=headers)
    assert answer.status == 200
    if headers == JSON:
        rejected = int(json.loads(answer.body)["partialSuccess"]["rejectedSpans"])
    else:
        read = ExportTraceServiceResponse.FromString(answer.body)
        rejected = read.partial_success.rejected_spans
    assert rejected == 1
    assert len(documents(service)) == 1


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (b"{", JSON, "ExportTraceServiceRequest"),
        (b'{"resourceSpans": 5}', JSON, "ExportTraceServiceRequest"),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "xy"}]}]}]}', JSON, "Export"),
        (b"\xff\xff", PROTOBUF, "ExportTraceServiceRequest"),
        (b"{}", JSON | GZIP, "gzip"),
        (b"{}", JSON | {"content-encoding": "br"}, "gzip"),
        (b"{}", {"content-type": "text/plain"}, "Content-Type"),
        (b"{}", {}, "Content-Type"),
    ],
)
def test_a_malformed_request_is_refused(
    body: bytes, headers: Mapping[str, str], words: str
) -> None:
    answer = search_on().answer(scope=SCOPE, path="/v1/traces", body=body, headers=headers)
    assert answer.status == 400
    assert words in json.loads(answer.body)["Message"]
