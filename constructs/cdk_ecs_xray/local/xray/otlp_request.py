"""What arrives at the OTLP endpoint: a request of spans, in protobuf or JSON, within its limits.

The limits are AWS's (CloudWatch user guide, "OTLP Endpoints"). Messages are read by OpenTelemetry's
own protobuf classes.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from cdk_ecs_xray.local.xray.refusals import InvalidRequestError

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
LARGEST_REQUEST = 5 * 1024 * 1024
MOST_SPANS = 10_000
LARGEST_SPAN = 200 * 1024
FURTHEST_AHEAD = 2 * 3600
OLDEST = 14 * 24 * 3600
WIDEST = 24 * 3600
NANO = 1_000_000_000
_TRACE_ID_BYTES = 16
_SPAN_ID_BYTES = 8
# OTLP's JSON has these in hexadecimal, where protobuf's own has base64.
_IDENTIFIERS = ("traceId", "spanId", "parentSpanId")


@dataclass(frozen=True, kw_only=True)
class ReceivedSpan:
    """A span with the attributes of what sent it."""

    span: Span
    resource: Mapping[str, Any]
    scope: str

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Its attributes as plain values."""
        return plain(self.span.attributes)


@dataclass(frozen=True, kw_only=True)
class SpanRequest:
    """The spans of one request.

    :param too_large: how many are left out, as each is larger than the endpoint takes.
    """

    spans: Sequence[ReceivedSpan]
    too_large: int


def read_request(body: bytes, headers: Mapping[str, str], *, now: float) -> SpanRequest:
    """The spans of a request whose form and limits are right.

    :raises InvalidRequestError: naming what is wrong with it.
    """
    message = _message(_unpacked(body, headers.get("content-encoding", "")), content_type(headers))
    spans = list(_received(message))
    if len(spans) > MOST_SPANS:
        raise InvalidRequestError(
            f"A request must have at most {MOST_SPANS} spans, got {len(spans)}"
        )
    for one in spans:
        _check_identifiers(one.span)
    _check_times([one.span for one in spans], now=now)
    kept = [one for one in spans if one.span.ByteSize() <= LARGEST_SPAN]
    return SpanRequest(spans=kept, too_large=len(spans) - len(kept))


def content_type(headers: Mapping[str, str]) -> str:
    """The media type of the request; the answer has the same one."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def plain(attributes: Any) -> dict[str, Any]:
    """A message's attributes as a mapping."""
    return {one.key: _value(one.value) for one in attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    if kind == "kvlist_value":
        return plain(value.kvlist_value.values)
    found = getattr(value, kind)
    return base64.b64encode(found).decode() if isinstance(found, bytes) else found


def _unpacked(body: bytes, encoding: str) -> bytes:
    encoding = encoding.strip().lower()
    if encoding in ("", "identity", "none"):
        found = body
    elif encoding == "gzip":
        try:
            found = zlib.decompressobj(wbits=31).decompress(body, LARGEST_REQUEST + 1)
        except zlib.error as error:
            raise InvalidRequestError(f"The body is not gzip: {error}") from error
    else:
        raise InvalidRequestError(f"Content-Encoding must be gzip or none, got {encoding!r}")
    if len(found) > LARGEST_REQUEST:
        raise InvalidRequestError(
            f"A request must have at most {LARGEST_REQUEST} bytes uncompressed"
        )
    return found


def _message(body: bytes, kind: str) -> ExportTraceServiceRequest:
    if kind == PROTOBUF:
        try:
            message: ExportTraceServiceRequest = ExportTraceServiceRequest.FromString(body)
        except DecodeError as error:
            raise InvalidRequestError(
                f"The body is no ExportTraceServiceRequest: {error}"
            ) from error
        return message
    if kind != JSON:
        raise InvalidRequestError(f"Content-Type must be {PROTOBUF} or {JSON}, got {kind!r}")
    try:
        document = json.loads(body, object_hook=_with_base64)
        message = ParseDict(document, ExportTraceServiceRequest(), ignore_unknown_fields=True)
    except (ValueError, RecursionError, ParseError) as error:
        raise InvalidRequestError(f"The body is no ExportTraceServiceRequest: {error}") from error
    return message


def _with_base64(part: dict[str, Any]) -> dict[str, Any]:
    for name in _IDENTIFIERS:
        if isinstance(part.get(name), str):
            part[name] = base64.b64encode(bytes.fromhex(part[name])).decode()
    return part


def _received(message: ExportTraceServiceRequest) -> Iterator[ReceivedSpan]:
    for of_resource in message.resource_spans:
        resource = plain(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield ReceivedSpan(span=span, resource=resource, scope=of_scope.scope.name)


def _check_identifiers(span: Span) -> None:
    sizes = (
        ("trace_id", span.trace_id, (_TRACE_ID_BYTES,)),
        ("span_id", span.span_id, (_SPAN_ID_BYTES,)),
        ("parent_span_id", span.parent_span_id, (0, _SPAN_ID_BYTES)),
    )
    for name, value, allowed in sizes:
        if len(value) not in allowed or (value and not any(value)):
            raise InvalidRequestError(
                f"{name} must have {allowed[-1]} bytes and not all zero, got {value.hex()!r}"
            )


def _check_times(spans: Sequence[Span], *, now: float) -> None:
    starts = [span.start_time_unix_nano / NANO for span in spans]
    if not starts:
        return
    if max(starts) > now + FURTHEST_AHEAD:
        raise InvalidRequestError("No span may start more than 2 hours in the future")
    if min(starts) < now - OLDEST:
        raise InvalidRequestError("No span may have started more than 14 days ago")
    if max(starts) - min(starts) > WIDEST:
        raise InvalidRequestError("The spans of a request must start within 24 hours")
