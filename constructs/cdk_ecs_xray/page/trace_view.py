"""What one trace's view shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cdk_ecs_xray.local.xray.outcome import http_status
from cdk_ecs_xray.local.xray.trace import Entity, Trace
from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.causes import cause_of, failing_part
from cdk_ecs_xray.page.details import details_of
from cdk_ecs_xray.page.failures import NO_ANSWER, failure_of
from cdk_ecs_xray.page.log_groups import groups_named_in
from cdk_ecs_xray.page.logs import ShownLine, names_of, shown
from cdk_ecs_xray.page.model import Span
from cdk_ecs_xray.page.query import quoted
from cdk_ecs_xray.page.reading import kind_of, path_of, trace_of
from cdk_ecs_xray.page.timeline import Choice, Timeline, timeline_of

_ID = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")
_STATES = ("seg", "logs", "open", "only", "clock", "gap", "back")
_BEFORE, _AFTER = 1.0, 5.0
_RUNNING_LONGER = 10.0
_LINES_LATE = 120.0


def trace_page(
    account: Account, trace_id: str, parameters: Mapping[str, str], now: float
) -> Mapping[str, Any]:
    """Return the values of the trace's template; ``trace`` is None where there is none."""
    back = parameters.get("back", "")
    found: dict[str, Any] = {
        "trace_id": trace_id,
        "back": f"/traces?{back}" if back else "/traces",
        "trace": None,
        "failure": None,
    }
    if not _ID.fullmatch(trace_id):
        return found
    try:
        documents = account.traces.documents([trace_id]).get(trace_id)
    except NO_ANSWER as error:
        return {**found, "failure": failure_of(error, "xray:BatchGetTraces")}
    trace = None if documents is None else trace_of(documents)
    if documents is None or trace is None or not trace.entities:
        return found
    opened = set(filter(None, parameters.get("open", "").split(",")))
    choice = Choice(
        opened=opened,
        only=parameters.get("only", ""),
        whole=parameters.get("gap") == "whole",
        fitted=parameters.get("clock") == "fitted",
    )
    timeline = timeline_of(trace, choice)
    chosen = _chosen(trace, parameters.get("seg", ""))
    state = _State(trace_id, parameters, opened)
    return {
        **found,
        "trace": trace,
        "is_cut": documents.is_cut,
        **_head(trace),
        "timeline": timeline,
        "choice": choice,
        "chosen": chosen.id,
        "details": details_of(trace, chosen),
        "state": state,
        **_logs(account, trace, timeline, parameters, now),
    }


class _State:
    """The addresses of this view with something changed."""

    def __init__(self, trace_id: str, parameters: Mapping[str, str], opened: set[str]) -> None:
        self._path = f"/traces/{trace_id}"
        self._known = {name: parameters[name] for name in _STATES if parameters.get(name)}
        self._opened = opened

    def link(self, **changed: str) -> str:
        """Return the address with these parameters; an empty one is left out."""
        known = {name: text for name, text in {**self._known, **changed}.items() if text}
        return f"{self._path}?{urlencode(known)}" if known else self._path

    def unfolded(self, part: str) -> str:
        """Return the address with one more fold open."""
        return self.link(open=",".join(sorted({*self._opened, part})))


def _chosen(trace: Trace, wanted: str) -> Entity:
    """Return the part whose details are shown: the one asked for, what failed, or the root."""
    return (
        trace.entities.get(wanted)
        or failing_part(trace)
        or trace.root
        or next(iter(trace.entities.values()))
    )


def _head(trace: Trace) -> Mapping[str, Any]:
    first = trace.root or next(iter(trace.entities.values()))
    http = first.document.get("http")
    request = http.get("request") if isinstance(http, dict) else None
    asked = request if isinstance(request, dict) else {}
    method, path = str(asked.get("method") or ""), path_of(asked.get("url"))
    status = http_status(first.document)
    running = [part for part in trace.entities.values() if part.end is None]
    cause = cause_of(trace)
    failed = None if cause is None else trace.entities[cause.part]
    terms = [f"http.status = {status}"] if status is not None else []
    terms += [f"http.url CONTAINS {quoted(path.split('?')[0])}"] if path else []
    return {
        "method": method,
        "path": path or str(first.document["name"]),
        "kind": "pending" if first.end is None else kind_of(first),
        "status": status,
        "name": str(first.document["name"]),
        "running": [str(part.document["name"]) for part in running],
        "cause": cause,
        "cause_at": None if failed is None else failed.start - trace.start,
        "cause_kind": None if failed is None else kind_of(failed),
        "cause_is_root": failed is not None and failed.id == first.id,
        "alike": " AND ".join(terms),
        "way": [service.name for service in trace.services],
        "segments": len(trace.segments),
        "parts": len(trace.entities) - len(trace.segments),
    }


def _logs(
    account: Account,
    trace: Trace,
    timeline: Timeline,
    parameters: Mapping[str, str],
    now: float,
) -> Mapping[str, Any]:
    """Return the lines beside the trace: of the services in it, a little longer than it took."""
    named = groups_named_in(trace) if account.lines is not None else ()
    has_logs = bool(account.log_groups or named)
    found: dict[str, Any] = {
        "lines": [],
        "log_failure": None,
        "log_marks": [],
        "has_logs": has_logs,
        # CloudWatch Logs has a line a minute late, and sometimes more.
        "is_recent": now - (trace.end or now) < _LINES_LATE,
    }
    if not has_logs:
        return found
    end = (trace.end or trace.start) + (_RUNNING_LONGER if trace.in_progress else 0)
    span = Span(start=trace.start - _BEFORE, end=end + _AFTER)
    try:
        lines = account.lines_of(span, named)
    except NO_ANSWER as error:
        return {**found, "log_failure": failure_of(error, "logs:FilterLogEvents")}
    names = names_of(trace.id, list(trace.entities))
    every: list[ShownLine] = [shown(line, since=trace.start, names=names) for line in lines]
    mine = [line for line in every if line.is_mine]
    around = parameters.get("logs") == "around" or (not mine and parameters.get("logs") != "trace")
    last = timeline.scale.step * timeline.scale.steps
    return {
        **found,
        "lines": every if around else mine,
        "around": around,
        "place": timeline.scale.place,
        "last": last,
        "mine": len(mine),
        "every": len(every),
        "log_marks": [
            (timeline.scale.place(line.offset), line.kind)
            for line in mine
            if 0 <= line.offset <= last
        ],
    }
