"""The read side: GetTraceSummaries, BatchGetTraces, GetServiceGraph, GetTraceGraph."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdk_ecs_xray.local.xray.compiled import compiled_documents
from cdk_ecs_xray.local.xray.documents import Document, number, page
from cdk_ecs_xray.local.xray.filter_expression import compile_filter
from cdk_ecs_xray.local.xray.groups import Groups
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError
from cdk_ecs_xray.local.xray.segments import Segments
from cdk_ecs_xray.local.xray.service_graph import draw, work_of
from cdk_ecs_xray.local.xray.trace import Trace
from cdk_ecs_xray.local.xray.trace_summary import summarise
from cdk_ecs_xray.local.xray.transaction_search import share_of

SUMMARIES_PER_PAGE = 100
SERVICES_PER_PAGE = 100
# BatchGetTraces and GetTraceGraph, API reference.
MOST_TRACE_IDS = 5
LONGEST_SEARCH_HOURS = 24
LONGEST_GRAPH_HOURS = 6
_DAY = 24 * 3600
# PartialScan returns what is found in a time that is not published: all of it here.
_STRATEGIES = ("PartialScan", "FixedRate")


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What can be read of one account's and region's segments."""

    account: str
    segments: Segments
    groups: Groups
    _known: dict[str, tuple[int, Trace]] = field(default_factory=dict, repr=False)

    def summaries(self, request: Mapping[str, Any]) -> Document:
        """GetTraceSummaries, the most recent first."""
        start, end = _time_range(request, hours=LONGEST_SEARCH_HOURS)
        is_in_time = _TIME_RANGES.get(request.get("TimeRangeType") or "TraceId")
        if is_in_time is None:
            raise InvalidRequestError(
                f"TimeRangeType must be one of {', '.join(_TIME_RANGES)},"
                f" got {request['TimeRangeType']}"
            )
        matches = compile_filter(str(request.get("FilterExpression") or ""))
        candidates = [trace for trace in self._all() if is_in_time(trace, start, end)]
        share = _sampled_share(request)
        found = sorted(
            (t for t in candidates if share_of(t.id) < share and matches(t)), key=_newest_first
        )
        shown, more = page(
            found,
            key=_newest_first,
            next_token=request.get("NextToken"),
            size=SUMMARIES_PER_PAGE,
        )
        return {
            "TraceSummaries": [summarise(trace, account=self.account) for trace in shown],
            "ApproximateTime": start,
            "TracesProcessedCount": len(candidates),
            **more,
        }

    def batch(self, request: Mapping[str, Any]) -> Document:
        """BatchGetTraces: the documents as they came in, and the inferred ones."""
        known, unknown = self._by_id(request)
        return {
            "Traces": [_with_documents(trace) for trace in known],
            "UnprocessedTraceIds": unknown,
        }

    def service_graph(self, request: Mapping[str, Any]) -> Document:
        """GetServiceGraph of the traces with a segment that started in the time frame."""
        start, end = _time_range(request, hours=LONGEST_GRAPH_HOURS)
        matches = compile_filter(self._group_expression(request))
        found = (
            trace
            for trace in self._all()
            if any(start <= e.start <= end for e in trace.entities.values()) and matches(trace)
        )
        shown, more = _services(draw(map(work_of, found), account=self.account), request)
        return {
            "StartTime": start,
            "EndTime": end,
            "Services": shown,
            "ContainsOldGroupVersions": False,
            **more,
        }

    def trace_graph(self, request: Mapping[str, Any]) -> Document:
        """GetTraceGraph."""
        shown, more = _services(
            draw(map(work_of, self._by_id(request)[0]), account=self.account), request
        )
        return {"Services": shown, **more}

    def _group_expression(self, request: Mapping[str, Any]) -> str:
        if request.get("GroupName") is None and request.get("GroupARN") is None:
            return ""
        return str(self.groups.get(request).get("FilterExpression") or "")

    def _all(self) -> Iterator[Trace]:
        # A trace is read once while it does not change: a search asks all of them, and each page
        # of its answer is a search.
        for stored in list(self.segments.traces()):
            known = self._known.get(stored.trace_id)
            if known is None or known[0] != stored.revision:
                known = stored.revision, Trace(stored)
                self._known[stored.trace_id] = known
            yield known[1]

    def _by_id(self, request: Mapping[str, Any]) -> tuple[Sequence[Trace], Sequence[str]]:
        wanted = request.get("TraceIds")
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= MOST_TRACE_IDS:
            raise InvalidRequestError(f"TraceIds must be a list of 1 to {MOST_TRACE_IDS} trace ids")
        stored = {str(trace_id): self.segments.trace(str(trace_id)) for trace_id in wanted}
        known = [Trace(trace) for trace in stored.values() if trace is not None]
        return known, [trace_id for trace_id, trace in stored.items() if trace is None]


def _newest_first(trace: Trace) -> tuple[float, str]:
    return -trace.start, trace.id


def _services(
    services: Sequence[Document], request: Mapping[str, Any]
) -> tuple[list[Document], dict[str, str]]:
    return page(
        services,
        key=lambda service: (service["ReferenceId"],),
        next_token=request.get("NextToken"),
        size=SERVICES_PER_PAGE,
    )


def _sampled_share(request: Mapping[str, Any]) -> float:
    """The share of traces that a search looks at; all of them without ``Sampling``."""
    strategy = request.get("SamplingStrategy") or {}
    if not isinstance(strategy, dict) or strategy.get("Name", "PartialScan") not in _STRATEGIES:
        raise InvalidRequestError(
            f"SamplingStrategy.Name must be one of {', '.join(_STRATEGIES)}, got {strategy!r}"
        )
    if request.get("Sampling") is not True or strategy.get("Name") != "FixedRate":
        return 1
    return number(strategy, "Value", lowest=0, highest=1)


def _time_range(request: Mapping[str, Any], *, hours: int) -> tuple[float, float]:
    start, end = request.get("StartTime"), request.get("EndTime")
    if not isinstance(start, int | float) or not isinstance(end, int | float):
        raise InvalidRequestError("StartTime and EndTime must be epoch seconds")
    if end <= start:
        raise InvalidRequestError("EndTime must be later than StartTime")
    if end - start > hours * 3600:
        raise InvalidRequestError(f"Time range cannot be longer than {hours} hours")
    return start, end


def _by_trace_id(trace: Trace, start: float, end: float) -> bool:
    """The time in the trace id; ids converted from W3C carry no time, so their start counts."""
    told = int(trace.id.split("-")[1], 16)
    moment = told if abs(told - trace.start) < _DAY else trace.start
    # The id has whole seconds only.
    return int(start) <= moment <= end


def _by_event(trace: Trace, start: float, end: float) -> bool:
    return start <= trace.received_at <= end


def _by_service(trace: Trace, start: float, end: float) -> bool:
    return any(
        segment.end is not None and start <= segment.end <= end for segment in trace.segments
    )


_TIME_RANGES: Mapping[str, Callable[[Trace, float, float], bool]] = {
    "TraceId": _by_trace_id,
    "Event": _by_event,
    "Service": _by_service,
}


def _with_documents(trace: Trace) -> Document:
    documents = compiled_documents(trace.stored)
    documents += [(document["id"], json.dumps(document)) for document in trace.inferred_segments()]
    found: Document = {
        "Id": trace.id,
        "LimitExceeded": trace.stored.limit_exceeded,
        "Segments": [{"Id": identifier, "Document": text} for identifier, text in documents],
    }
    return found if trace.duration is None else {**found, "Duration": trace.duration}
