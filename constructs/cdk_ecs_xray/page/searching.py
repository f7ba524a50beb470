"""Searches of a real account: slice by slice from the newest on, so that rows show as they come.

X-Ray answers a search 100 traces a call, in no order of its own. A range is asked for in slices
that begin at its end: what was read is then always the newest, and a page can show it while the
rest is read. Who asks again for the same gets what has come since; a search that nobody asks for
rests.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread

from cdk_ecs_xray.page.aws_reading import AwsTraces
from cdk_ecs_xray.page.failures import NO_ANSWER, is_throttled
from cdk_ecs_xray.page.model import Documents, Found, Graph, Span, TraceRow

# A view waits so long for rows before it is shown without them.
PATIENCE = 1.0
# So long a search is the answer to the same question; a range that ends now moves meanwhile.
_FRESH = 5.0
# A search that nobody asked for this long makes no more calls, and goes on when somebody does.
_UNWATCHED = 15.0
_KEPT = 120.0
_SHORTEST = 60.0
_FEW = 100  # The traces of one call: slices with fewer grow.
_PAUSES = (2.0, 4.0, 8.0, 16.0)
_MOST_SEARCHES = 16


@dataclass(frozen=True, kw_only=True)
class GrowingTraces:
    """The traces of an account, as far as they have been read.

    :param traces: what is asked.
    :param patience: how long a view waits for a search to end, in seconds.
    """

    traces: AwsTraces
    patience: float = PATIENCE
    clock: Callable[[], float] = time.monotonic
    _searches: list[Search] = field(default_factory=list)
    _changed: Condition = field(default_factory=Condition)

    def find(self, span: Span, expression: str = "") -> Found:
        """Return what has been read of a search so far, newest first.

        :raises ClientError: where AWS refused before anything came; later it is in the answer.
        """
        with self._changed:
            search = self._known(span, expression)
            if search is None:
                search = Search(self.traces, span, expression, self._changed, self.clock)
                self._searches.append(search)
            search.watch()
            self._changed.wait_for(lambda: search.has_ended, timeout=self.patience)
            return search.found(span)

    def documents(self, ids: Sequence[str]) -> Mapping[str, Documents]:
        """Return the traces that are there, by id."""
        return self.traces.documents(ids)

    def graph(self, span: Span, expression: str = "") -> Graph:
        """Return the services of a range with their calls."""
        return self.traces.graph(span, expression)

    def graph_of(self, trace_id: str) -> Graph:
        """Return the services of one trace."""
        return self.traces.graph_of(trace_id)

    def groups(self) -> Mapping[str, str]:
        """Return the groups' expressions by name."""
        return self.traces.groups()

    def _known(self, span: Span, expression: str) -> Search | None:
        now = self.clock()
        self._searches[:] = [one for one in self._searches if one.is_kept(now)][-_MOST_SEARCHES:]
        fits = (one for one in reversed(self._searches) if one.answers(span, expression, now))
        return next(fits, None)


class Search:
    """One search, and what has come of it. Its state is read and changed under ``changed``."""

    def __init__(
        self,
        traces: AwsTraces,
        span: Span,
        expression: str,
        changed: Condition,
        clock: Callable[[], float],
    ) -> None:
        self.has_ended = False
        self._traces = traces
        self._span = span
        self._expression = expression
        self._changed = changed
        self._clock = clock
        self._rows: dict[str, TraceRow] = {}
        self._back_to = span.end
        self._is_cut = False
        self._failure: Exception | None = None
        self._pause: float | None = None
        self._asked = self._moved = clock()
        self._is_running = False

    def watch(self) -> None:
        """Read on, as somebody wants to see it."""
        self._asked = self._clock()
        if not self.has_ended and not self._is_running:
            self._is_running = True
            Thread(target=self._read, name="search", daemon=True).start()

    def is_kept(self, now: float) -> bool:
        """Whether anybody may still ask for it."""
        return now - max(self._asked, self._moved) < _KEPT

    def answers(self, span: Span, expression: str, now: float) -> bool:
        """Whether it is the same search: of the range, of one that moved a little, or of a part."""
        if expression != self._expression:
            return False
        if self.has_ended and now - self._moved > _FRESH:
            return False
        moved = span.end - self._span.end
        is_same = abs(span.seconds - self._span.seconds) < 1 and 0 <= moved < _KEPT
        # What a reader stopped at is a range of its own; all of it has been read.
        is_read = self._back_to <= span.start + 0.001 and span.end <= self._span.end + 0.001
        return is_same or is_read

    def found(self, span: Span) -> Found:
        """Return what has come of a range."""
        if self._failure is not None and not self._rows:
            raise self._failure
        rows = sorted(self._rows.values(), key=lambda row: (row.start, row.id), reverse=True)
        is_part = span.start > self._span.start and span.seconds < self._span.seconds - 1
        if is_part and self._back_to <= span.start + 0.001:
            # Edges are those of X-Ray, which knows a trace's second.
            return Found(rows=[row for row in rows if span.start - 1 <= row.start <= span.end])
        most = self._traces.most
        return Found(
            rows=rows[:most],
            is_cut=self._is_cut,
            read_to=self._back_to if self._back_to > self._span.start else None,
            is_growing=not self.has_ended,
            pause=self._pause,
            failure=self._failure,
        )

    def _read(self) -> None:
        try:
            for start, end in self._slices():
                if not self._read_slice(start, end):
                    return
            with self._changed:
                self._end()
        finally:
            with self._changed:
                self._is_running = False

    def _slices(self) -> Iterator[tuple[float, float]]:
        """Yield ranges from the newest on; they grow while there is little in them."""
        length = _SHORTEST
        while self._back_to > self._span.start and not self.has_ended:
            before = len(self._rows)
            yield max(self._span.start, self._back_to - length), self._back_to
            length = length * 2 if len(self._rows) - before < _FEW else _SHORTEST

    def _read_slice(self, start: float, end: float) -> bool:
        """Read one slice; whether to go on."""
        for pause in (*_PAUSES, None):
            try:
                return self._take(start, end)
            except NO_ANSWER as error:
                if pause is None or not is_throttled(error):
                    with self._changed:
                        self._end(error)
                    return False
                with self._changed:
                    self._pause = pause
                    self._changed.wait_for(lambda: not self._is_watched, timeout=pause)
                    self._pause = None
        return False

    def _take(self, start: float, end: float) -> bool:
        for rows in self._traces.pages(Span(start=start, end=end), self._expression):
            with self._changed:
                self._rows |= {row.id: row for row in rows}
                self._moved = self._clock()
                if len(self._rows) > self._traces.most:
                    self._is_cut = True
                    self._end()
                    return False
                if not self._is_watched:
                    return False
        with self._changed:
            self._back_to = start
        return True

    @property
    def _is_watched(self) -> bool:
        return self._clock() - self._asked < _UNWATCHED

    def _end(self, failure: Exception | None = None) -> None:
        self._failure = failure
        self.has_ended = True
        self._moved = self._clock()
        self._changed.notify_all()
