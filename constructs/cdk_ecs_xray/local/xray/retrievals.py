"""Trace retrieval: reads whole traces out of the log group of spans.

A retrieval takes its time in X-Ray. Here the first question finds it RUNNING with nothing to show,
and the next one COMPLETE, so that whoever asks once and gives up is found out.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.local.xray.compiled import compiled_documents
from cdk_ecs_xray.local.xray.documents import Document, page
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError, ResourceNotFoundError
from cdk_ecs_xray.local.xray.segments import Segments, StoredTrace
from cdk_ecs_xray.local.xray.service_graph import draw, work_of
from cdk_ecs_xray.local.xray.trace import Trace

MOST_TRACE_IDS = 100
LIFETIME = 60 * 60
TRACES_PER_PAGE = 10
SERVICES_PER_PAGE = 100
FORMATS = ("XRAY", "OTEL")


@dataclass(kw_only=True)
class _Retrieval:
    trace_ids: Sequence[str]
    start: float
    end: float
    asked_at: float
    status: str = "SCHEDULED"


class Retrievals:
    """The retrievals of one account and region."""

    def __init__(self, *, account: str, segments: Segments, clock: Callable[[], float]) -> None:
        self._account = account
        self._segments = segments
        self._clock = clock
        self._retrievals: dict[str, _Retrieval] = {}

    def start(self, request: Mapping[str, Any]) -> Document:
        """StartTraceRetrieval."""
        trace_ids = request.get("TraceIds")
        if not isinstance(trace_ids, list) or len(trace_ids) > MOST_TRACE_IDS:
            raise InvalidRequestError(
                f"TraceIds must be a list of up to {MOST_TRACE_IDS} trace ids"
            )
        start, end = request.get("StartTime"), request.get("EndTime")
        if not isinstance(start, int | float) or not isinstance(end, int | float) or end < start:
            raise InvalidRequestError("StartTime must be epoch seconds, and EndTime not earlier")
        token = uuid.uuid4().hex
        self._retrievals[token] = _Retrieval(
            trace_ids=[str(one) for one in trace_ids],
            start=start,
            end=end,
            asked_at=self._clock(),
        )
        return {"RetrievalToken": token}

    def cancel(self, request: Mapping[str, Any]) -> Document:
        """CancelTraceRetrieval."""
        retrieval = self._find(request)
        if retrieval.status in ("SCHEDULED", "RUNNING"):
            retrieval.status = "CANCELLED"
        return {}

    def traces(self, request: Mapping[str, Any]) -> Document:
        """ListRetrievedTraces: empty until the retrieval is complete."""
        form = request.get("TraceFormat") or FORMATS[0]
        if form not in FORMATS:
            raise InvalidRequestError(
                f"TraceFormat must be one of {', '.join(FORMATS)}, got {form!r}"
            )
        retrieval = self._asked(request)
        found = [_retrieved(trace, form) for trace in self._found(retrieval)]
        shown, more = page(
            found,
            key=lambda one: (one["Id"],),
            next_token=request.get("NextToken"),
            size=TRACES_PER_PAGE,
        )
        return {
            "RetrievalStatus": retrieval.status,
            "TraceFormat": form,
            "Traces": shown,
            **more,
        }

    def graph(self, request: Mapping[str, Any]) -> Document:
        """GetRetrievedTracesGraph: empty until the retrieval is complete."""
        retrieval = self._asked(request)
        traces = [Trace(trace) for trace in self._found(retrieval)]
        services = draw(map(work_of, traces), account=self._account)
        shown, more = page(
            services,
            key=lambda service: (service["ReferenceId"],),
            next_token=request.get("NextToken"),
            size=SERVICES_PER_PAGE,
        )
        return {
            "RetrievalStatus": retrieval.status,
            "Services": [{"Service": service, "Links": []} for service in shown],
            **more,
        }

    def _asked(self, request: Mapping[str, Any]) -> _Retrieval:
        retrieval = self._find(request)
        following = {"SCHEDULED": "RUNNING", "RUNNING": "COMPLETE"}
        if self._clock() - retrieval.asked_at > LIFETIME:
            retrieval.status = "TIMEOUT"
        retrieval.status = following.get(retrieval.status, retrieval.status)
        return retrieval

    def _find(self, request: Mapping[str, Any]) -> _Retrieval:
        token = str(request.get("RetrievalToken"))
        if token not in self._retrievals:
            raise ResourceNotFoundError(f"Retrieval {token} does not exist", resource_name=token)
        return self._retrievals[token]

    def _found(self, retrieval: _Retrieval) -> Sequence[StoredTrace]:
        if retrieval.status != "COMPLETE":
            return []
        logged = (self._segments.logged(one) for one in dict.fromkeys(retrieval.trace_ids))
        found = [trace for trace in logged if trace is not None]
        in_time = [t for t in found if retrieval.start <= Trace(t).start <= retrieval.end]
        return sorted(in_time, key=lambda trace: trace.trace_id)


def _retrieved(stored: StoredTrace, form: str) -> Document:
    trace = Trace(stored)
    documents = compiled_documents(stored) if form == FORMATS[0] else _spans(stored)
    found: Document = {
        "Id": stored.trace_id,
        "Spans": [{"Id": identifier, "Document": text} for identifier, text in documents],
    }
    return found if trace.duration is None else {**found, "Duration": trace.duration}


def _spans(stored: StoredTrace) -> list[tuple[str, str]]:
    return [
        (str(span["spanId"]), json.dumps(span))
        for segment in stored.segments.values()
        for span in segment.spans
    ]
