"""A segment document as spans: what the log group of Transaction Search has of it.

X-Ray publishes the form of a span there and not how it translates segments, so what has no
attribute of OpenTelemetry's own keeps X-Ray's name, behind ``aws.xray``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.outcome import ResponseStatus, block, http_status, outcome_of
from cdk_ecs_xray.local.xray.segment_documents import is_moment

_NANO = 1_000_000_000
_REQUEST: Mapping[str, str] = {
    "method": "http.request.method",
    "url": "url.full",
    "user_agent": "user_agent.original",
    "client_ip": "client.address",
}


def spans_of(document: Mapping[str, Any]) -> Sequence[Document]:
    """The segment and each subsegment in it, a span each; malformed subsegments are left out."""
    trace_id = str(document["trace_id"])[2:].replace("-", "")
    is_segment = document.get("type") != "subsegment"
    resource = _resource(document) if is_segment else {}
    found: list[Document] = []
    waiting = [(document, document.get("parent_id"), is_segment)]
    while waiting:
        part, parent, top = waiting.pop()
        span = _span(part, trace_id=trace_id, parent=parent, is_segment=top)
        found.append({"resource": {"attributes": resource}, **span})
        nested = part.get("subsegments")
        waiting += [
            (one, part["id"], False)
            for one in (nested if isinstance(nested, list) else [])
            if _is_placed(one)
        ]
    return found


def _is_placed(part: object) -> bool:
    if not isinstance(part, dict):
        return False
    named = isinstance(part.get("id"), str) and isinstance(part.get("name"), str)
    return named and is_moment(part.get("start_time"))


def _resource(document: Mapping[str, Any]) -> Document:
    found: Document = {"service.name": document["name"]}
    if isinstance(origin := document.get("origin"), str):
        found["aws.xray.origin"] = origin
    groups = block(document, "aws").get("cloudwatch_logs")
    listed = [one for one in (groups if isinstance(groups, list) else []) if isinstance(one, dict)]
    for member, name in (("log_group", "aws.log.group.names"), ("arn", "aws.log.group.arns")):
        values = [group[member] for group in listed if isinstance(group.get(member), str)]
        if values:
            found[name] = values
    return found


def _span(part: Mapping[str, Any], *, trace_id: str, parent: object, is_segment: bool) -> Document:
    start = _nanoseconds(part["start_time"])
    end = part.get("end_time")
    finish = _nanoseconds(end) if end is not None and is_moment(end) else start
    is_call = part.get("namespace") in ("remote", "aws")
    inner = "CLIENT" if is_call else "INTERNAL"
    is_ok = outcome_of(part) is ResponseStatus.OK
    span: Document = {
        "traceId": trace_id,
        "spanId": part["id"],
        "name": part["name"],
        "kind": "SERVER" if is_segment else inner,
        "startTimeUnixNano": start,
        "endTimeUnixNano": finish,
        "durationNano": finish - start,
        "attributes": _attributes(part),
        "status": {"code": "UNSET" if is_ok else "ERROR"},
    }
    return {**span, "parentSpanId": parent} if isinstance(parent, str) else span


def _nanoseconds(seconds: float) -> int:
    # A float has no room for the nanoseconds of an epoch time.
    full, rest = divmod(seconds, 1)
    return int(full) * _NANO + round(rest * _NANO)


def _attributes(part: Mapping[str, Any]) -> Document:
    request = block(block(part, "http"), "request")
    found: Document = {
        name: request[member] for member, name in _REQUEST.items() if member in request
    }
    if (status := http_status(part)) is not None:
        found["http.response.status_code"] = status
    if isinstance(user := part.get("user"), str):
        found["enduser.id"] = user
    annotations = block(part, "annotations")
    if annotations:
        found |= annotations
        found["aws.xray.annotations"] = list(annotations)
    for namespace, values in block(part, "metadata").items():
        found[f"aws.xray.metadata.{namespace}"] = json.dumps(values)
    return found
