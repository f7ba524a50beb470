"""What the page knows of traces: plain values, whoever sent them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

# The worst first.
TROUBLE = ("fault", "throttle", "error")
OUTCOMES = (*TROUBLE, "ok")
WORDS = {
    "ok": "ok",
    "error": "error",
    "throttle": "throttled",
    "fault": "fault",
    "pending": "running",
}


@dataclass(frozen=True, kw_only=True)
class Span:
    """A time range in epoch seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why a trace is not ok.

    :param exception: its type, AWS's own where a client's error names one; empty without one.
    :param place: which part failed, with what it called.
    :param target: the table, queue or topic that was called; the part's name where it was none.
    :param part: the id of the segment or subsegment that shows it.
    """

    exception: str
    message: str = ""
    place: str = ""
    target: str = ""
    part: str = ""


@dataclass(frozen=True, kw_only=True)
class TraceRow:
    """One trace of the list.

    :param kind: ``ok``, ``error``, ``throttle``, ``fault``, or ``pending`` while it runs.
    :param seconds: its response time; None while it runs.
    :param cause: None where it is ok or nothing says why.
    """

    id: str
    start: float
    kind: str
    status: int | None
    method: str
    path: str
    seconds: float | None
    entry: str = ""
    revision: int = 0
    cause: Cause | None = None
    annotations: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    services: Sequence[str] = ()

    @property
    def request(self) -> str:
        """Method and path as one text."""
        return f"{self.method} {self.path}".strip()


@dataclass(frozen=True, kw_only=True)
class Found:
    """The traces of a search, newest first.

    :param is_cut: whether there are more than a search may read.
    :param read_to: the moment back to which the range was read; None where all of it was.
    :param is_growing: whether the rest is being read.
    :param pause: seconds until AWS, which asked to slow down, is asked again.
    :param failure: what ended the search before all was read.
    """

    rows: Sequence[TraceRow]
    is_cut: bool = False
    read_to: float | None = None
    is_growing: bool = False
    pause: float | None = None
    failure: Exception | None = None


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """How far data came on its way from an app to the emulator's X-Ray.

    :param asked: how often somebody asked for sampling rules, as SDKs do before they trace.
    :param segments: those that X-Ray took, of traces that it indexes.
    :param refused: those that it did not take, the last of them for the reason ``refusal``.
    """

    asked: int = 0
    segments: int = 0
    refused: int = 0
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Documents:
    """One trace as X-Ray has it.

    :param is_cut: whether X-Ray left parts out, as it does beyond a trace's limit.
    """

    id: str
    texts: Sequence[str]
    is_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """A line of a log group."""

    at: float
    group: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Graph:
    """The services of a range with their calls, as X-Ray's API has them.

    :param newest: of how many traces it was made, where not all of the range were read.
    """

    services: Sequence[Mapping[str, Any]]
    newest: int | None = None


class TraceSource(Protocol):
    """Where traces come from."""

    def find(self, span: Span, expression: str = "") -> Found:
        """Return the traces of a range that an expression matches, newest first."""
        ...

    def documents(self, ids: Sequence[str]) -> Mapping[str, Documents]:
        """Return the traces that are there, by id."""
        ...

    def graph(self, span: Span, expression: str = "") -> Graph:
        """Return the services of the traces that an expression matches."""
        ...

    def graph_of(self, trace_id: str) -> Graph:
        """Return the services of one trace."""
        ...

    def groups(self) -> Mapping[str, str]:
        """Return the groups' expressions by name."""
        ...


class Collector(Protocol):
    """What an app sends its segments to."""

    @property
    def address(self) -> str:
        """Host and port where it listens."""
        ...

    def complaint(self) -> str:
        """Return what it last could not do; empty if nothing went wrong."""
        ...


class LineSource(Protocol):
    """Where log lines come from."""

    def lines(self, span: Span, groups: Sequence[str]) -> Sequence[LogLine]:
        """Return the lines of a range, oldest first, 500 at most of each group."""
        ...
