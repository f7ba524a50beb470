"""Reads the traces of a deployment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cdk_ecs_xray.files.plain_data import json_or_none

MOST_TRACES = 50
_AT_ONCE = 5  # BatchGetTraces takes no more.


@dataclass(frozen=True, kw_only=True)
class ArrivedTrace:
    """One trace that arrived.

    :param duration: seconds; None while segments are missing.
    :param status: ``ok``, ``error``, ``throttle`` or ``fault``.
    :param http_status: of the response; None where the trace has none.
    :param error: the first exception's message, or its type; empty without one.
    :param segments: the documents as the SDKs sent them.
    """

    trace_id: str
    url: str
    status: str
    http_status: int | None
    duration: float | None
    error: str
    segments: Sequence[Mapping[str, Any]]


def read_traces(client: Any, tracing_name: str, *, since: datetime) -> Sequence[ArrivedTrace]:
    """Return the newest traces that went through a service, 50 at most.

    Needs ``xray:GetTraceSummaries`` and ``xray:BatchGetTraces``.

    :param client: of X-Ray, in the region to look at.
    """
    quoted = tracing_name.replace("\\", "\\\\").replace('"', '\\"')
    pages = client.get_paginator("get_trace_summaries").paginate(
        StartTime=since,
        EndTime=datetime.now(UTC),
        FilterExpression=f'service("{quoted}")',
    )
    summaries = [summary for page in pages for summary in page["TraceSummaries"]]
    newest = sorted(summaries, key=_start, reverse=True)[:MOST_TRACES]
    documents = dict(_documents(client, [summary["Id"] for summary in newest]))
    return [_trace(summary, documents.get(summary["Id"], ())) for summary in newest]


def read_names(client: Any, *, since: datetime) -> Sequence[str]:
    """Return the names of the services in a region's traces, as far as one answer goes.

    Needs ``xray:GetTraceSummaries``.
    """
    answer = client.get_trace_summaries(StartTime=since, EndTime=datetime.now(UTC))
    return sorted(
        {
            service["Name"]
            for summary in answer["TraceSummaries"]
            for service in summary.get("ServiceIds", [])
            if service.get("Name")
        }
    )


def _start(summary: Mapping[str, Any]) -> str:
    # A trace id has its start, in hexadecimal, behind the version.
    return str(summary["Id"])


def _documents(
    client: Any, ids: Sequence[str]
) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    for position in range(0, len(ids), _AT_ONCE):
        pages = client.get_paginator("batch_get_traces").paginate(
            TraceIds=list(ids[position : position + _AT_ONCE])
        )
        for page in pages:
            for trace in page["Traces"]:
                documents = [json_or_none(segment["Document"]) for segment in trace["Segments"]]
                # What is no segment says nothing; whoever may write traces can send any text.
                yield trace["Id"], [one for one in documents if isinstance(one, Mapping)]


def _trace(summary: Mapping[str, Any], segments: Sequence[Mapping[str, Any]]) -> ArrivedTrace:
    http = summary.get("Http", {})
    status = next(
        (
            name
            for name, member in (
                ("fault", "HasFault"),
                ("throttle", "HasThrottle"),
                ("error", "HasError"),
            )
            if summary.get(member)
        ),
        "ok",
    )
    return ArrivedTrace(
        trace_id=summary["Id"],
        url=" ".join(filter(None, (http.get("HttpMethod"), http.get("HttpURL")))),
        status=status,
        http_status=http.get("HttpStatus"),
        duration=summary.get("Duration"),
        error=first_error(segments),
        segments=segments,
    )


def first_error(segments: Sequence[Mapping[str, Any]]) -> str:
    """Return what went wrong in the first segment that says so; empty without one."""
    return next((text for segment in segments if (text := _error(segment))), "")


def _error(document: Mapping[str, Any]) -> str:
    """Return what went wrong in a segment or below, from the inside out."""
    for below in document.get("subsegments", []):
        text = _error(below)
        if text:
            return text
    cause = document.get("cause", {})
    # A cause may also be the id of an exception in another subsegment, which was seen there.
    exceptions = cause.get("exceptions", []) if isinstance(cause, Mapping) else []
    return next(
        (str(exception.get("message") or exception.get("type") or "") for exception in exceptions),
        "",
    )
