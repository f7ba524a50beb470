"""A span as a segment document, and as the log group of spans has it.

Names, origin, causes and the members of a segment follow the ``awsxray`` exporter of the
OpenTelemetry collector, so that a trace reads the same by either road; X-Ray's own translation is
not published.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.otlp_request import NANO, ReceivedSpan, plain

Attributes = Mapping[str, Any]

# What X-Ray takes in a name; the rest becomes an underscore's place.
_NOT_IN_NAMES = re.compile(r"[^\w\s.:/%&#=+\\\-@]")
_LONGEST_NAME = 200
_PLATFORMS: Mapping[str, str] = {
    "aws_app_runner": "AWS::AppRunner::Service",
    "aws_ec2": "AWS::EC2::Instance",
    "aws_eks": "AWS::EKS::Container",
    "aws_elastic_beanstalk": "AWS::ElasticBeanstalk::Environment",
}
_LAUNCH_TYPES: Mapping[str, str] = {"ec2": "AWS::ECS::EC2", "fargate": "AWS::ECS::Fargate"}
_GROUP = ":log-group:"
_ANNOTATION = "annotation."
_METADATA = "aws.xray.metadata."
_ANNOTATIONS = "aws.xray.annotations"


def segment_of(received: ReceivedSpan) -> Document:
    """The segment document, or the document of a subsegment that is sent on its own."""
    span, attributes = received.span, received.attributes
    is_segment = span.kind == Span.SPAN_KIND_SERVER or not span.parent_span_id
    namespace = None if is_segment else _namespace(span, attributes)
    document: Document = {
        "id": span.span_id.hex(),
        "trace_id": xray_trace_id(span.trace_id),
        "name": _name(received, attributes, is_segment=is_segment),
        "start_time": span.start_time_unix_nano / NANO,
        "end_time": max(span.end_time_unix_nano, span.start_time_unix_nano) / NANO,
        "aws": _aws(received, attributes),
        **_flags(span, attributes),
        **_values(attributes),
    }
    optional = {
        "parent_id": span.parent_span_id.hex() or None,
        "type": None if is_segment else "subsegment",
        "origin": _origin(received.resource) if is_segment else None,
        "namespace": namespace,
        "user": _first(attributes, "enduser.id", "user.id"),
        "http": _http(attributes),
        "sql": _sql(attributes),
        "cause": _cause(span),
    }
    return {**document, **{name: value for name, value in optional.items() if value}}


def logged_span(received: ReceivedSpan) -> Document:
    """The span in the form of the log group ``aws/spans``."""
    span = received.span
    found: Document = {
        "resource": {"attributes": dict(received.resource)},
        "scope": {"name": received.scope},
        "traceId": span.trace_id.hex(),
        "spanId": span.span_id.hex(),
        "name": span.name,
        "kind": Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        "startTimeUnixNano": span.start_time_unix_nano,
        "endTimeUnixNano": span.end_time_unix_nano,
        "durationNano": span.end_time_unix_nano - span.start_time_unix_nano,
        "attributes": dict(received.attributes),
        "status": {"code": Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_")},
    }
    if span.parent_span_id:
        found["parentSpanId"] = span.parent_span_id.hex()
    if span.events:
        found["events"] = [
            {
                "name": one.name,
                "timeUnixNano": one.time_unix_nano,
                "attributes": plain(one.attributes),
            }
            for one in span.events
        ]
    return found


def xray_trace_id(trace_id: bytes) -> str:
    """X-Ray's form of a W3C trace id."""
    text = trace_id.hex()
    return f"1-{text[:8]}-{text[8:]}"


def _name(received: ReceivedSpan, attributes: Attributes, *, is_segment: bool) -> str:
    span = received.span
    found = None
    if is_segment:
        found = _first(received.resource, "service.name")
    elif span.kind != Span.SPAN_KIND_INTERNAL:
        found = (
            _first(attributes, "aws.remote.service", "peer.service")
            or _first(attributes, "rpc.service" if _is_aws(attributes) else "")
            or _database(attributes)
            or _first(attributes, "rpc.service", "http.host", "server.address", "net.peer.name")
        )
    name = _NOT_IN_NAMES.sub("", str(found or span.name))[:_LONGEST_NAME]
    return name or "span"


def _database(attributes: Attributes) -> str | None:
    name = _first(attributes, "db.namespace", "db.name")
    host = _first(attributes, "server.address", "net.peer.name")
    return f"{name}@{host}" if name and host else name


def _is_aws(attributes: Attributes) -> bool:
    return _first(attributes, "rpc.system", "rpc.system.name") == "aws-api"


def _namespace(span: Span, attributes: Attributes) -> str | None:
    if _is_aws(attributes):
        return "aws"
    return "remote" if span.kind == Span.SPAN_KIND_CLIENT else None


def _origin(resource: Attributes) -> str | None:
    if resource.get("cloud.provider") != "aws":
        return None
    platform = str(resource.get("cloud.platform") or "")
    if platform == "aws_ecs":
        launch_type = str(resource.get("aws.ecs.launchtype") or "").lower()
        return _LAUNCH_TYPES.get(launch_type, "AWS::ECS::Container")
    return _PLATFORMS.get(platform)


def _aws(received: ReceivedSpan, attributes: Attributes) -> Document:
    resource = received.resource
    sdk = _first(resource, "telemetry.sdk.language")
    found: Document = {"xray": {"sdk": f"opentelemetry for {sdk}" if sdk else "opentelemetry"}}
    groups = _log_groups(resource)
    if groups:
        found["cloudwatch_logs"] = groups
    container = _first(resource, "container.name", "aws.ecs.container.name")
    if container:
        found["ecs"] = {"container": container}
    if _is_aws(attributes):
        members = {
            "operation": _first(attributes, "aws.operation", "rpc.method"),
            "region": _first(attributes, "aws.region", "cloud.region"),
            "request_id": _first(attributes, "aws.request_id", "aws.requestId"),
            "table_name": _first(attributes, "aws.table_name", "aws.dynamodb.table_names"),
            "queue_url": _first(attributes, "aws.queue_url", "aws.sqs.queue.url"),
        }
        found |= {name: value for name, value in members.items() if value}
    return found


def _log_groups(resource: Attributes) -> list[Document]:
    arns = _listed(resource.get("aws.log.group.arns"))
    if arns:
        named = [(arn, arn.partition(_GROUP)[2].partition(":")[0]) for arn in arns]
        return [{"log_group": name, "arn": arn} for arn, name in named if name]
    return [{"log_group": name} for name in _listed(resource.get("aws.log.group.names"))]


def _listed(value: object) -> list[str]:
    """A list, or the text of one: ``&`` separates in OTEL_RESOURCE_ATTRIBUTES."""
    parts = value.split("&") if isinstance(value, str) else value
    return [str(part) for part in parts if part] if isinstance(parts, list) else []


def _status(attributes: Attributes) -> int | None:
    status = attributes.get("http.response.status_code", attributes.get("http.status_code"))
    return status if isinstance(status, int) and not isinstance(status, bool) else None


def _flags(span: Span, attributes: Attributes) -> Document:
    status = _status(attributes)
    if status is not None and HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        is_throttle = status == HTTPStatus.TOO_MANY_REQUESTS
        return {"error": True, **({"throttle": True} if is_throttle else {})}
    failed = span.status.code == Status.STATUS_CODE_ERROR
    is_fault = failed or (status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR
    return {"fault": True} if is_fault else {}


def _http(attributes: Attributes) -> Document:
    request = {
        "method": _first(attributes, "http.request.method", "http.method"),
        "url": _first(attributes, "url.full", "http.url") or _url(attributes),
        "user_agent": _first(attributes, "user_agent.original", "http.user_agent"),
        "client_ip": _first(attributes, "client.address", "http.client_ip"),
    }
    known = {name: value for name, value in request.items() if value}
    status = _status(attributes)
    found: Document = {"request": known} if known.get("method") or known.get("url") else {}
    return found if status is None else {**found, "response": {"status": status}}


def _url(attributes: Attributes) -> str | None:
    path = _first(attributes, "url.path", "http.target")
    host = _first(attributes, "http.host", "server.address", "net.host.name")
    if not path or not host:
        return path
    port = attributes.get("server.port", attributes.get("net.host.port"))
    place = f"{host}:{port}" if port and ":" not in host else host
    query = _first(attributes, "url.query")
    scheme = _first(attributes, "url.scheme", "http.scheme") or "http"
    return f"{scheme}://{place}{path}" + (f"?{query}" if query else "")


def _sql(attributes: Attributes) -> Document:
    query = _first(attributes, "db.query.text", "db.statement")
    system = _first(attributes, "db.system.name", "db.system")
    if not query or not system:
        return {}
    return {"database_type": system, "sanitized_query": query}


def _cause(span: Span) -> Document:
    exceptions = []
    for number, event in enumerate(span.events):
        values = plain(event.attributes)
        if event.name == "exception":
            exceptions.append(
                {
                    "id": f"{number:016x}",
                    "type": str(values.get("exception.type") or ""),
                    "message": str(values.get("exception.message") or ""),
                }
            )
    if not exceptions and span.status.message:
        exceptions = [{"id": f"{0:016x}", "message": span.status.message}]
    return {"exceptions": exceptions} if exceptions else {}


def _values(attributes: Attributes) -> Document:
    """Annotations are those that are named as such; everything else is metadata."""
    named = set(_listed(attributes.get(_ANNOTATIONS)))
    annotations: Document = {}
    metadata: Document = {}
    default: Document = {}
    for name, value in attributes.items():
        if name in named or name.startswith(_ANNOTATION):
            annotations[name.removeprefix(_ANNOTATION)] = value
        elif name.startswith(_METADATA):
            metadata[name.removeprefix(_METADATA)] = _parsed(value)
        elif name != _ANNOTATIONS:
            default[name] = value
    if default:
        metadata.setdefault("default", default)
    parts = {"annotations": annotations, "metadata": metadata}
    return {name: part for name, part in parts.items() if part}


def _parsed(value: object) -> Any:
    try:
        return json.loads(str(value))
    except ValueError:
        return value


def _first(attributes: Attributes, *names: str) -> str | None:
    """The first that has a text; of a list its first member."""
    for name in names:
        value = attributes.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if value not in (None, "", []):
            return str(value)
    return None
