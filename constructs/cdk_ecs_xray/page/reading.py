"""Turns X-Ray's answers into the page's values. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cdk_ecs_xray.local.xray.segments import StoredSegment, StoredTrace
from cdk_ecs_xray.local.xray.trace import Entity, Trace
from cdk_ecs_xray.page.model import TROUBLE, Cause, Documents, TraceRow

# X-Ray's own limit of a trace's depth is not published; a deeper part is in the raw document only.
MOST_LEVELS = 100
_FLAGS = {"fault": "HasFault", "throttle": "HasThrottle", "error": "HasError"}


def row_of(summary: Mapping[str, Any]) -> TraceRow:
    """Return the row of a TraceSummary."""
    http = summary.get("Http") or {}
    seconds = summary.get("ResponseTime", summary.get("Duration"))
    running = bool(summary.get("IsPartial")) and summary.get("ResponseTime") is None
    kind = next((name for name in TROUBLE if summary.get(_FLAGS[name])), "ok")
    return TraceRow(
        id=str(summary["Id"]),
        start=_start(summary),
        kind="pending" if running else kind,
        status=http.get("HttpStatus"),
        method=str(http.get("HttpMethod") or ""),
        path=path_of(http.get("HttpURL")) or _entry(summary),
        seconds=None if running else seconds,
        entry=_entry(summary),
        revision=int(summary.get("Revision") or 0),
        cause=_root_cause(summary),
        annotations={
            key: [value for one in values for value in one.get("AnnotationValue", {}).values()]
            for key, values in (summary.get("Annotations") or {}).items()
        },
        services=[str(one["Name"]) for one in summary.get("ServiceIds") or () if one.get("Name")],
    )


def path_of(url: object) -> str:
    """Return path and query of an address; the text itself where it is none."""
    if not isinstance(url, str):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def trace_of(documents: Documents) -> Trace:
    """Return the tree of a trace; what is no document is left out.

    Segments that X-Ray inferred repeat the subsegment that called and are left out too.
    """
    stored = StoredTrace(trace_id=documents.id)
    for text in documents.texts:
        segment = stored_segment(text)
        if segment is not None:
            stored.add(segment)
    return Trace(stored)


def stored_segment(text: str, *, received_at: float = 0.0) -> StoredSegment | None:
    """Return a document that can be shown; None for what is none or is inferred."""
    document = _parsed(text)
    if document is None or document.get("inferred") is True:
        return None
    sound = _sound(document, MOST_LEVELS)
    if sound is None:
        return None
    return StoredSegment(raw=text, document=sound, received_at=received_at)


def _sound(document: Mapping[str, Any], levels: int) -> Mapping[str, Any] | None:
    """Return a document with times that are numbers, and not too deep; None without an id."""
    start, end = document.get("start_time"), document.get("end_time")
    if not isinstance(document.get("id"), str) or not _is_moment(start):
        return None
    if not isinstance(document.get("name"), str):
        return None
    found = dict(document)
    if not _is_moment(end) or float(str(end)) < float(str(start)):
        found.pop("end_time", None)
    below = document.get("subsegments")
    parts = below if isinstance(below, list) and levels > 1 else []
    found["subsegments"] = [
        part
        for one in parts
        if isinstance(one, dict)
        for part in [_sound(one, levels - 1)]
        if part is not None
    ]
    return found


def _is_moment(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(float(str(value)))


def parsed(documents: Documents) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each document with its text."""
    for text in documents.texts:
        document = _parsed(text)
        if document is not None:
            yield text, document


def _parsed(text: str) -> Mapping[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def kind_of(entity: Entity) -> str:
    """Return the outcome of a part, ``pending`` while it runs."""
    return "pending" if entity.end is None else entity.outcome.value


def _start(summary: Mapping[str, Any]) -> float:
    started = summary.get("StartTime")
    if isinstance(started, datetime):
        return started.timestamp()
    if isinstance(started, int | float):
        return float(started)
    # A trace id has its start, in hexadecimal, behind the version.
    return float(int(str(summary["Id"]).split("-")[1], 16))


def _entry(summary: Mapping[str, Any]) -> str:
    return str((summary.get("EntryPoint") or {}).get("Name") or "")


def _root_cause(summary: Mapping[str, Any]) -> Cause | None:
    """Return what X-Ray itself found; the emulator's finds nothing."""
    for member in ("FaultRootCauses", "ErrorRootCauses"):
        for cause in summary.get(member) or []:
            for service in reversed(cause.get("Services") or []):
                for entity in reversed(service.get("EntityPath") or []):
                    for exception in entity.get("Exceptions") or []:
                        return Cause(
                            exception=str(exception.get("Name") or ""),
                            message=str(exception.get("Message") or ""),
                            place=str(entity.get("Name") or ""),
                            target=str(entity.get("Name") or ""),
                        )
    return None
