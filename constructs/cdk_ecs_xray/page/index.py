"""Traces by time: each is read once while it does not change, whoever asks.

What a view needs of ten thousand traces (rows, causes, what each adds to the map, whether a filter
matches) is kept beside each of them, so that a request only adds up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from threading import RLock

from cdk_ecs_xray.local.xray.compiled import compiled_documents
from cdk_ecs_xray.local.xray.filter_expression import compile_filter
from cdk_ecs_xray.local.xray.segments import StoredTrace
from cdk_ecs_xray.local.xray.service_graph import Work, draw, work_of
from cdk_ecs_xray.local.xray.trace import Trace
from cdk_ecs_xray.local.xray.trace_summary import summarise
from cdk_ecs_xray.page.causes import cause_for_list
from cdk_ecs_xray.page.model import Documents, Found, Graph, Span, TraceRow
from cdk_ecs_xray.page.reading import row_of, stored_segment

_REMEMBERED = 8  # Expressions; a person goes back and forth between few.


class TraceIndex:
    """What came in so far, and what is asked of it.

    :param account: named in the graph's nodes.
    """

    def __init__(self, *, account: str) -> None:
        self.version = 0
        self._account = account
        self._stored: dict[str, StoredTrace] = {}
        self._read: dict[str, _Read] = {}
        self._changed: set[str] = set()
        self._newest_first: list[_Read] = []
        self._expressions: dict[str, Callable[[Trace], bool]] = {}
        self._groups: Mapping[str, str] = {}
        self._cut: Collection[str] = ()
        self._lock = RLock()

    def add(self, raw: str, *, received_at: float = 0.0) -> None:
        """Add a segment; what is no document is left out."""
        segment = stored_segment(raw, received_at=received_at)
        trace_id = "" if segment is None else segment.document.get("trace_id")
        if segment is None or not isinstance(trace_id, str) or not trace_id:
            return
        with self._lock:
            trace = self._stored.setdefault(trace_id, StoredTrace(trace_id=trace_id))
            trace.add(segment)
            self._changed.add(trace_id)
            self.version += 1

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._stored.clear()
            self._read.clear()
            self._changed.clear()
            self._newest_first.clear()
            self.version += 1

    def told(self, *, groups: Mapping[str, str], cut: Collection[str]) -> None:
        """Take the groups that there are, and the traces of which X-Ray left out parts."""
        self._groups, self._cut = dict(groups), frozenset(cut)

    def groups(self) -> Mapping[str, str]:
        """Return the groups' expressions by name."""
        return self._groups

    def find(self, span: Span, expression: str = "") -> Found:
        """Return the traces of a range that an expression matches, newest first.

        :raises XRayRefusalError: for an expression outside what the emulator's X-Ray understands.
        """
        return Found(rows=[one.row for one in self._matching(span, expression)])

    def documents(self, ids: Sequence[str]) -> Mapping[str, Documents]:
        """Return the traces that are there, by id."""
        with self._lock:
            known = [self._stored[one] for one in ids if one in self._stored]
            return {
                one.trace_id: _documents(one, is_cut=one.trace_id in self._cut) for one in known
            }

    def graph(self, span: Span, expression: str = "") -> Graph:
        """Return the services of the traces of a range that an expression matches."""
        found = self._matching(span, expression)
        return Graph(services=draw((one.work for one in found), account=self._account))

    def graph_of(self, trace_id: str) -> Graph:
        """Return the services of one trace."""
        self._bring_up()
        found = self._read.get(trace_id)
        work = [] if found is None else [found.work]
        return Graph(services=draw(work, account=self._account))

    def span(self) -> Span | None:
        """Return the range of all that came in; None without any."""
        self._bring_up()
        if not self._newest_first:
            return None
        ends = [one.trace.end or one.trace.start for one in self._newest_first]
        return Span(start=self._newest_first[-1].row.start, end=max(ends))

    def read(self) -> None:
        """Read what has changed, so that the next request need not."""
        for one in self._matching(Span(start=0, end=float("inf")), ""):
            _ = one.row, one.work

    def _matching(self, span: Span, expression: str) -> Sequence[_Read]:
        with self._lock:
            self._bring_up()
            found = [one for one in self._newest_first if span.start <= one.start <= span.end]
            if not expression:
                return found
            matches = self._compiled(expression)
            return [one for one in found if one.matches(expression, matches)]

    def _compiled(self, expression: str) -> Callable[[Trace], bool]:
        known = self._expressions.pop(expression, None) or compile_filter(expression)
        while len(self._expressions) >= _REMEMBERED:
            forgotten = next(iter(self._expressions))
            del self._expressions[forgotten]
            for one in self._newest_first:
                one.known.pop(forgotten, None)
        self._expressions[expression] = known
        return known

    def _bring_up(self) -> None:
        with self._lock:
            if not self._changed:
                return
            for trace_id in self._changed:
                stored = self._stored[trace_id]
                self._read[trace_id] = _Read(
                    Trace(replace(stored, segments=dict(stored.segments))), self._account
                )
            self._changed.clear()
            self._newest_first = sorted(
                self._read.values(), key=lambda one: (one.start, one.trace.id), reverse=True
            )


class _Read:
    """One trace at one revision, and what was found out of it."""

    def __init__(self, trace: Trace, account: str) -> None:
        self.trace = trace
        self.start = trace.start
        self.known: dict[str, bool] = {}
        self._account = account

    @cached_property
    def row(self) -> TraceRow:
        found = row_of(summarise(self.trace, account=self._account))
        if found.kind in ("ok", "pending"):
            return found
        return replace(found, cause=cause_for_list(self.trace))

    @cached_property
    def work(self) -> Sequence[Work]:
        return work_of(self.trace)

    def matches(self, expression: str, predicate: Callable[[Trace], bool]) -> bool:
        found = self.known.get(expression)
        if found is None:
            found = self.known[expression] = predicate(self.trace)
        return found


def _documents(stored: StoredTrace, *, is_cut: bool) -> Documents:
    texts = [text for _, text in compiled_documents(stored)]
    texts += [json.dumps(one) for one in Trace(stored).inferred_segments()]
    return Documents(id=stored.trace_id, texts=texts, is_cut=is_cut)
