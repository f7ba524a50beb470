"""X-Ray's OTLP endpoint, ``POST /v1/traces``: only where Transaction Search is on."""

from __future__ import annotations

import json
from collections.abc import Mapping

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from cdk_ecs_xray.local.xray.otlp_request import JSON, content_type, read_request
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError
from cdk_ecs_xray.local.xray.segment_documents import SegmentRefusedError
from cdk_ecs_xray.local.xray.span_segments import logged_span, segment_of
from cdk_ecs_xray.local.xray.store import XRayStore

SEARCH_IS_OFF = (
    "The OTLP API is supported with CloudWatch Logs as a Trace Segment Destination. Please enable"
    " the CloudWatch Logs destination for your traces using the UpdateTraceSegmentDestination API"
)


def take_spans(store: XRayStore, body: bytes, headers: Mapping[str, str], *, now: float) -> bytes:
    """The endpoint's answer, in the format of the request.

    :raises InvalidRequestError: Transaction Search is off, or the request is beyond a limit.
    """
    if not store.search.is_on:
        raise InvalidRequestError(SEARCH_IS_OFF)
    request = read_request(body, headers, now=now)
    rejected = request.too_large
    for received in request.spans:
        document, span = segment_of(received), logged_span(received)
        try:
            store.segments.add(json.dumps(document), document, spans=store.search.kept([span]))
        except SegmentRefusedError:
            rejected += 1
    answer = ExportTraceServiceResponse()
    if rejected:
        answer.partial_success.rejected_spans = rejected
        answer.partial_success.error_message = "Spans or traces are larger than X-Ray takes."
    if content_type(headers) == JSON:
        return json.dumps(MessageToDict(answer)).encode()
    message: bytes = answer.SerializeToString()
    return message
