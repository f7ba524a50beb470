"""Reads traces where Transaction Search has them: in the log group of spans.

X-Ray itself finds the indexed share only, 1 % at first, so what it does not find says nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.plan.transaction_search import SPANS
from cdk_ecs_xray.verify.traces import MOST_TRACES, ArrivedTrace, first_error

DEADLINE = 60.0
_PAUSE = 1.0
_GOING_ON = {"SCHEDULED", "RUNNING"}
_STATUSES = ("fault", "throttle", "error")


class RetrievalError(LookupError):
    """A retrieval that did not complete; its message has what is known."""


def read_logged_traces(
    xray: Any, logs: Any, tracing_name: str, *, since: datetime
) -> Sequence[ArrivedTrace]:
    """Return the newest traces with a span of a service, 50 at most.

    Needs ``logs:FilterLogEvents``, ``xray:StartTraceRetrieval`` and ``xray:ListRetrievedTraces``.

    :raises RetrievalError: spans are there, and X-Ray did not retrieve their traces.
    """
    ids = list(dict.fromkeys(_trace_ids(logs, tracing_name, since)))[-MOST_TRACES:]
    if not ids:
        return []
    found = [_trace(one) for one in retrieve(xray, ids, since=since)]
    return sorted((one for one in found if one.segments), key=_start, reverse=True)


def retrieve(
    xray: Any,
    trace_ids: Sequence[str],
    *,
    since: datetime,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Sequence[Mapping[str, Any]]:
    """Return traces out of the log group of spans, as far as they are in it.

    :raises RetrievalError: it fails, or takes longer than 60 seconds.
    """
    # A trace may have begun before its span of this service.
    token = xray.start_trace_retrieval(
        TraceIds=list(trace_ids),
        StartTime=since - timedelta(hours=1),
        EndTime=datetime.now(UTC) + timedelta(minutes=1),
    )["RetrievalToken"]
    started = clock()
    while True:
        page = xray.list_retrieved_traces(RetrievalToken=token, TraceFormat="XRAY")
        status = str(page.get("RetrievalStatus"))
        if status == "COMPLETE":
            return list(_pages(xray, token, page))
        if status not in _GOING_ON or clock() - started > DEADLINE:
            raise RetrievalError(f"the retrieval of {len(trace_ids)} traces is {status}")
        sleep(_PAUSE)


def _pages(xray: Any, token: str, page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from page.get("Traces", [])
    while following := page.get("NextToken"):
        page = xray.list_retrieved_traces(
            RetrievalToken=token, TraceFormat="XRAY", NextToken=following
        )
        yield from page.get("Traces", [])


def _trace_ids(logs: Any, tracing_name: str, since: datetime) -> Iterator[str]:
    quoted = tracing_name.replace("\\", "\\\\").replace('"', '\\"')
    try:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=SPANS,
            startTime=int(since.timestamp() * 1000),
            filterPattern=f'"{quoted}"',
        )
        for page in pages:
            for event in page["events"]:
                trace_id = _trace_id(json_or_none(event["message"]), tracing_name)
                if trace_id is not None:
                    yield trace_id
    except logs.exceptions.ResourceNotFoundException:
        return


def _trace_id(span: object, tracing_name: str) -> str | None:
    """Return X-Ray's form of a span's trace id; None for a span of another service."""
    if not isinstance(span, Mapping):
        return None
    resource = span.get("resource")
    attributes = resource.get("attributes") if isinstance(resource, Mapping) else None
    name = attributes.get("service.name") if isinstance(attributes, Mapping) else None
    trace_id = span.get("traceId")
    if name != tracing_name or not isinstance(trace_id, str):
        return None
    return f"1-{trace_id[:8]}-{trace_id[8:]}"


def _trace(retrieved: Mapping[str, Any]) -> ArrivedTrace:
    documents = [json_or_none(span.get("Document", "")) for span in retrieved.get("Spans", [])]
    segments = [one for one in documents if isinstance(one, Mapping)]
    root: Mapping[str, Any] = next(
        (one for one in segments if "parent_id" not in one), segments[0] if segments else {}
    )
    http = root.get("http", {})
    request, response = http.get("request", {}), http.get("response", {})
    return ArrivedTrace(
        trace_id=str(retrieved["Id"]),
        url=" ".join(filter(None, (request.get("method"), request.get("url")))),
        status=next((name for name in _STATUSES if root.get(name) is True), "ok"),
        http_status=response.get("status"),
        duration=retrieved.get("Duration"),
        error=first_error(segments),
        segments=segments,
    )


def _start(trace: ArrivedTrace) -> float:
    return max(float(one.get("start_time", 0)) for one in trace.segments)
