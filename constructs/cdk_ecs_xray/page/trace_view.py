"""What one trace's view shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cdk_ecs_xray.local.xray.outcome import http_status
from cdk_ecs_xray.local.xray.trace import Entity, Trace
from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.causes import cause_of, failing_part
from cdk_ecs_xray.page.details import details_of
from cdk_ecs_xray.page.failures import NO_ANSWER, failure_of
from cdk_ecs_xray.page.log_groups import groups_named_in
from cdk_ecs_xray.page.logs import ShownLine, answers_in, names_of, shown
from cdk_ecs_xray.page.model import Span
from cdk_ecs_xray.page.query import quoted, read_query
from cdk_ecs_xray.page.reading import kind_of, path_of, trace_of
from cdk_ecs_xray.page.timeline import Choice, Timeline, timeline_of

_ID = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")
_STATES = ("seg", "logs", "open", "only", "clock", "gap", "back")
_BEFORE, _AFTER = 1.0, 5.0
_RUNNING_LONGER = 10.0
_LINES_LATE = 120.0
_MOST_LINES = 100  # Beside up to 200 rows of the timeline.


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
    head = _head(trace)
    state = _State(trace_id, parameters, opened)
    return {
        **found,
        "trace": trace,
        "is_cut": documents.is_cut,
        **head,
        "more_alike": _more_alike(account, trace_id, head["alike"], now),
        "timeline": timeline,
        "choice": choice,
        "chosen": chosen.id,
        "details": details_of(trace, chosen),
        "state": state,
        **_logs(account, trace, timeline, parameters, now),
    }


class _State:
    """The addresses of this view with something changed, and of the list that it came from."""

    def __init__(self, trace_id: str, parameters: Mapping[str, str], opened: set[str]) -> None:
        self._path = f"/traces/{trace_id}"
        self._list = read_query(dict(parse_qsl(parameters.get("back", ""))))
        self._known = {name: parameters[name] for name in _STATES if parameters.get(name)}
        self._opened = opened

    def link(self, **changed: str) -> str:
        """Return the address with these parameters; an empty one is left out."""
        known = {name: text for name, text in {**self._known, **changed}.items() if text}
        return f"{self._path}?{urlencode(known)}" if known else self._path

    def narrowed(self, term: str) -> str:
        """Return the address of the list with one more condition."""
        has_it = term in self._list.q
        return self._list.link("/traces", q=self._list.q if has_it else self._list.narrowed(term))

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
        # Where only a part of it failed, no filter of X-Ray's finds the others.
        "alike": "" if kind_of(first) == "ok" else " AND ".join(terms),
        "way": [service.name for service in trace.services],
        "segments": len(trace.segments),
        "parts": len(trace.entities) - len(trace.segments),
    }


def _more_alike(account: Account, trace_id: str, alike: str, now: float) -> int | None:
    """Return how many more traces are like it; None where each search costs."""
    if account.is_real or not alike:
        return None
    try:
        found = account.traces.find(read_query({}, whole=account.whole).span(now), alike)
    except NO_ANSWER:
        return None
    return sum(row.id != trace_id for row in found.rows)


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
    kept = every if around else mine
    last = timeline.scale.step * timeline.scale.steps
    return {
        **found,
        "lines": kept,
        "most_lines": _MOST_LINES,
        "more_lines": {
            "from": f"{span.start:.3f}",
            "to": f"{span.end:.3f}",
            "q": "" if around else trace.id,
        },
        "answers": answers_in(account, kept[:_MOST_LINES], span, beside=trace.id),
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
