"""Spans to send to the local X-Ray's OTLP endpoint."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from cdk_ecs_xray.local.xray import Scope, XRayService
from cdk_ecs_xray.local.xray.service import Response

NOW = 1_800_000_000
SCOPE = Scope("123456789012", "eu-west-1")
TRACE = "4efaaf4d1e8720b39541901950019ee5"
TRACE_ID = "1-4efaaf4d-1e8720b39541901950019ee5"
PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
SERVER, CLIENT, INTERNAL = 2, 3, 1


def search_on(*, percentage: float = 100, clock: Callable[[], float] = lambda: NOW) -> XRayService:
    """X-Ray with Transaction Search."""
    service = XRayService(clock=clock)
    search = service.store(SCOPE).search
    search.send_to({"Destination": "CloudWatchLogs"})
    rule = {"Probabilistic": {"DesiredSamplingPercentage": percentage}}
    search.update_rule({"Name": "Default", "Rule": rule})
    return service


def attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Attributes in OTLP's JSON."""
    return [{"key": name, "value": _value(value)} for name, value in values.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(one) for one in value]}}
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}


def span(number: int = 1, **members: Any) -> dict[str, Any]:
    """A span in OTLP's JSON; ``attributes`` and ``at`` are plain."""
    at = members.pop("at", NOW)
    given = attributes(members.pop("attributes", {}))
    return {
        "traceId": TRACE,
        "spanId": f"{number:016x}",
        "name": "GET /signup",
        "kind": SERVER,
        "startTimeUnixNano": str(at * 1_000_000_000),
        "endTimeUnixNano": str(at * 1_000_000_000 + 250_000_000),
        "attributes": given,
        **members,
    }


def request(*spans: dict[str, Any], **resource: Any) -> dict[str, Any]:
    """A request of one resource, ``service_name`` and the like with dots."""
    named = {"service.name": "signup", **{k.replace("_", "."): v for k, v in resource.items()}}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": attributes(named)},
                "scopeSpans": [{"scope": {"name": "flask"}, "spans": list(spans)}],
            }
        ]
    }


def send(
    service: XRayService, document: dict[str, Any], *, headers: Mapping[str, str] = JSON
) -> Response:
    """Send a request in the format that the headers name."""
    body = json.dumps(document).encode()
    if headers["content-type"] == PROTOBUF["content-type"]:
        body = as_protobuf(document)
    if headers.get("content-encoding") == "gzip":
        body = gzip.compress(body)
    return service.answer(scope=SCOPE, path="/v1/traces", body=body, headers=headers)


def as_protobuf(document: dict[str, Any]) -> bytes:
    """The same request in protobuf, whose own JSON has identifiers in base64."""
    text = json.loads(json.dumps(document))
    for one in text["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in ("traceId", "spanId", "parentSpanId"):
            if name in one:
                one[name] = b64encode(bytes.fromhex(one[name])).decode()
    message: bytes = ParseDict(text, ExportTraceServiceRequest()).SerializeToString()
    return message


def documents(service: XRayService) -> list[dict[str, Any]]:
    """What X-Ray finds of the trace."""
    traces = service.store(SCOPE).traces.batch({"TraceIds": [TRACE_ID]})["Traces"]
    return [json.loads(s["Document"]) for trace in traces for s in trace["Segments"]]
