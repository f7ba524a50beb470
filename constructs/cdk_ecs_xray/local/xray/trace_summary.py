"""One TraceSummary: what GetTraceSummaries says about a trace, and filters look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.outcome import ResponseStatus, block, http_status
from cdk_ecs_xray.local.xray.trace import Entity, ServiceNode, Trace, service_of


def summarise(trace: Trace, *, account: str) -> Document:
    """The summary. Root causes, which X-Ray works out itself, stay empty."""
    root = trace.root
    summary: Document = {
        "Id": trace.id,
        "StartTime": trace.start,
        "HasFault": has(root, ResponseStatus.FAULT),
        "HasError": has(root, ResponseStatus.ERROR, ResponseStatus.THROTTLE),
        "HasThrottle": any(e.outcome is ResponseStatus.THROTTLE for e in trace.entities.values()),
        "IsPartial": trace.in_progress,
        "Http": http_of(root),
        "Annotations": _annotations(trace, account),
        "Users": _users(trace, account),
        "ServiceIds": [service.identifier(account) for service in trace.services],
        "ResourceARNs": [{"ARN": arn} for arn in _texts(trace, "resource_arn")],
        "InstanceIds": [{"Id": i} for i in _ec2(trace, "instance_id")],
        "AvailabilityZones": [{"Name": z} for z in _ec2(trace, "availability_zone")],
        "FaultRootCauses": [],
        "ErrorRootCauses": [],
        "ResponseTimeRootCauses": [],
        "Revision": trace.stored.revision,
        "MatchedEventTime": trace.start,
    }
    if trace.duration is not None:
        summary["Duration"] = trace.duration
    if root is not None:
        summary["EntryPoint"] = service_of(root).identifier(account)
        if root.duration is not None:
            summary["ResponseTime"] = root.duration
    return summary


def has(entity: Entity | None, *outcomes: ResponseStatus) -> bool:
    """Whether the entity is there and ended so."""
    return entity is not None and entity.outcome in outcomes


def http_of(entity: Entity | None) -> Document:
    """Url, method, status, user agent and client address, as far as they are known."""
    if entity is None:
        return {}
    request = block(block(entity.document, "http"), "request")
    found = {
        "HttpURL": request.get("url"),
        "HttpStatus": http_status(entity.document),
        "HttpMethod": request.get("method"),
        "UserAgent": request.get("user_agent"),
        "ClientIp": request.get("client_ip"),
    }
    return {name: value for name, value in found.items() if value is not None}


def annotations_of(trace: Trace) -> Iterator[tuple[str, str | float | bool, ServiceNode]]:
    """Every annotation in the trace with the service that set it; X-Ray indexes scalars only."""
    for entity in trace.entities.values():
        owner = trace.owner(entity)
        for key, value in block(entity.document, "annotations").items():
            if owner is not None and isinstance(value, str | int | float | bool):
                yield key, value, service_of(owner)


def users_of(trace: Trace) -> Iterator[tuple[str, ServiceNode]]:
    """Every user named by a segment."""
    for segment in trace.segments:
        if isinstance(user := segment.document.get("user"), str):
            yield user, service_of(segment)


def _annotations(trace: Trace, account: str) -> Document:
    grouped: dict[str, dict[tuple[str, object], dict[ServiceNode, None]]] = {}
    for key, value, service in annotations_of(trace):
        # 1 == True == 1.0 as a key, so the type is part of it.
        services = grouped.setdefault(key, {}).setdefault((_value_member(value), value), {})
        services[service] = None
    return {
        key: [
            {
                "AnnotationValue": {member: value},
                "ServiceIds": [service.identifier(account) for service in services],
            }
            for (member, value), services in values.items()
        ]
        for key, values in grouped.items()
    }


def _value_member(value: object) -> str:
    if isinstance(value, bool):
        return "BooleanValue"
    return "StringValue" if isinstance(value, str) else "NumberValue"


def _users(trace: Trace, account: str) -> Sequence[Document]:
    grouped: dict[str, dict[ServiceNode, None]] = {}
    for user, service in users_of(trace):
        grouped.setdefault(user, {})[service] = None
    return [
        {"UserName": user, "ServiceIds": [service.identifier(account) for service in services]}
        for user, services in grouped.items()
    ]


def _texts(trace: Trace, member: str) -> Sequence[str]:
    values = (segment.document.get(member) for segment in trace.segments)
    return list(dict.fromkeys(value for value in values if isinstance(value, str)))


def _ec2(trace: Trace, member: str) -> Sequence[str]:
    values = (
        block(block(segment.document, "aws"), "ec2").get(member) for segment in trace.segments
    )
    return list(dict.fromkeys(value for value in values if isinstance(value, str)))
