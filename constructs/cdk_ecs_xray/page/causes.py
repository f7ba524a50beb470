"""Why a trace is not ok: the deepest part of the worst outcome, and its exception. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.local.xray.outcome import block
from cdk_ecs_xray.local.xray.trace import Entity, Trace
from cdk_ecs_xray.page.model import TROUBLE, Cause
from cdk_ecs_xray.page.reading import kind_of

# What boto3 raises for an answer of AWS's has the service's own name of it in its text.
_AWS_CODE = re.compile(r"An error occurred \((\w+)\)")
_MOST_STEPS = 100


def failing_part(trace: Trace) -> Entity | None:
    """Return the deepest part of the worst outcome; None where all is ok.

    A part with an exception comes before one without, and the first before the later.
    """
    parts = list(trace.entities.values())
    for kind in TROUBLE:
        found = [part for part in parts if kind_of(part) == kind]
        if found:
            return max(
                found,
                key=lambda part: (bool(exceptions_of(part)), depth_of(trace, part), -part.start),
            )
    return None


def cause_of(trace: Trace) -> Cause | None:
    """Return the cause; None where all is ok."""
    part = failing_part(trace)
    if part is None:
        return None
    found = exceptions_of(part)
    return Cause(
        exception=exception_name(found[0]) if found else "",
        message=str(found[0].get("message") or "") if found else "",
        place=place_of(part),
        target=target_of(block(part.document, "aws")) or str(part.document["name"]),
        part=part.id,
    )


def cause_for_list(trace: Trace) -> Cause | None:
    """Return the cause; None where it is a service's own answer, which the row has already."""
    found = cause_of(trace)
    if found is None or found.exception or not trace.entities[found.part].is_segment:
        return found
    return None


def exceptions_of(part: Entity) -> Sequence[Mapping[str, Any]]:
    """Return the exceptions of a part; a cause may also be another part's id, and has none."""
    cause = part.document.get("cause")
    found = cause.get("exceptions") if isinstance(cause, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def exception_name(exception: Mapping[str, Any]) -> str:
    """Return the name that says most: AWS's own code, else the type."""
    code = _AWS_CODE.search(str(exception.get("message") or ""))
    return code[1] if code is not None else str(exception.get("type") or "")


def place_of(part: Entity) -> str:
    """Return what a part called: operation, and table, queue or topic; its name without them."""
    note = note_of(part)
    return f"{part.document['name']} {note}" if note else str(part.document["name"])


def note_of(part: Entity) -> str:
    """Return what a part did beyond its name."""
    if part.is_segment:
        origin = part.document.get("origin")
        return origin.removeprefix("AWS::").replace("::", " ") if isinstance(origin, str) else ""
    aws = block(part.document, "aws")
    words = [aws.get("operation"), target_of(aws)]
    return " ".join(word for word in words if isinstance(word, str) and word)


def target_of(aws: Mapping[str, Any]) -> str:
    """Return the name of the table, queue or topic; the end of an address or ARN."""
    for member in ("table_name", "queue_url", "topic_arn", "bucket_name", "function_name"):
        value = aws.get(member)
        if isinstance(value, str):
            return re.split(r"[/:]", value)[-1]
    return ""


def depth_of(trace: Trace, part: Entity) -> int:
    """Return how many parts a part is under."""
    depth, current, seen = 0, part, {part.id}
    while depth < _MOST_STEPS:
        above = trace.entities.get(current.parent_id or "")
        if above is None or above.id in seen:
            break
        seen.add(above.id)
        depth, current = depth + 1, above
    return depth
