"""The charts over the list: requests, response times, and what they are made of. Pure."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cdk_ecs_xray.page.model import OUTCOMES, WORDS, Span, TraceRow
from cdk_ecs_xray.page.query import quoted
from cdk_ecs_xray.page.words import clock, took

HEIGHT = 139.0
_TALLEST = HEIGHT - 18
_TIME_BUCKETS, _DURATION_BUCKETS = 30, 37
_SHORTEST, _LONGEST = 0.001, 5.0
_LEAST = 2.0  # One fault among thousands is seen.
_NEAREST_LABELS = 7.0
_RANKED = 5
_KEY = re.compile(r"[\w.]+")
_UPWARDS = ("ok", "error", "throttle", "fault")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A rectangle of one outcome."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bucket: what it holds by outcome, and what it would without the filter."""

    x: float
    width: float
    low: float
    high: float
    label: str
    blocks: Sequence[Block]
    behind: float
    is_off: bool = False


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A line or a text on an axis, in percent."""

    x: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars with their axis.

    :param marks: percentiles.
    :param top: the traces of a bar that would be as high as the chart.
    :param longest: the seconds at the end of the axis, of one that is not a range.
    :param band: the selected part of the axis, in percent.
    """

    bars: Sequence[Bar]
    ticks: Sequence[Mark]
    marks: Sequence[Mark] = ()
    band: tuple[float, float] | None = None
    top: float = 1.0
    longest: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Rank:
    """Traces that are alike."""

    kind: str
    status: int | None
    method: str
    text: str
    count: int
    share: float
    term: str


def over_time(
    rows: Sequence[TraceRow], behind: Sequence[TraceRow], span: Span, *, top: float = 1.0
) -> Chart:
    """Return the requests of a range.

    :param top: traces that the highest bar has room for at least.
    """
    edges = [span.start + span.seconds * n / _TIME_BUCKETS for n in range(_TIME_BUCKETS + 1)]
    bars, top = _bars(
        rows,
        behind,
        edges,
        top=top,
        place=lambda row: (row.start - span.start) / span.seconds,
        label=lambda low, high: f"{clock(low)[:8]}, {took(high - low)}",
    )
    ticks = [Mark(x=0, text=clock(edges[n])[:5]) for n in (0, 10, 20, 30)]
    return Chart(bars=bars, ticks=ticks, top=top)


def response_times(
    rows: Sequence[TraceRow],
    behind: Sequence[TraceRow],
    selected: tuple[float, float] | None,
    *,
    top: float = 1.0,
    longest: float = 0.0,
) -> Chart:
    """Return the response times on a logarithmic axis, 1 ms to 5 s and as far as the data go.

    :param top: traces that the highest bar has room for at least.
    :param longest: seconds that the axis has room for at least.
    """
    longest = max([_LONGEST, longest, *(row.seconds for row in behind if row.seconds)])
    decades = math.log10(longest / _SHORTEST)

    def place(seconds: float) -> float:
        return math.log10(max(seconds, _SHORTEST) / _SHORTEST) / decades

    edges = [_SHORTEST * 10 ** (decades * n / _DURATION_BUCKETS) for n in range(38)]
    bars, top = _bars(
        [row for row in rows if row.seconds is not None],
        [row for row in behind if row.seconds is not None],
        edges,
        top=top,
        place=lambda row: place(row.seconds or 0),
        label=lambda low, high: f"{took(low)} to {took(high)}",
        selected=selected,
    )
    marks: list[Mark] = []
    for name, seconds in percentiles(rows).items():
        x = place(seconds) * 100
        if not marks or x - marks[-1].x >= _NEAREST_LABELS:
            marks.append(Mark(x=round(x, 2), text=name, anchor="end" if x > 90 else "middle"))  # noqa: PLR2004 - the last tenth
    powers = [10.0**n for n in range(-3, 1 + math.floor(math.log10(longest)))]
    ticks = [
        Mark(x=round(place(one) * 100, 2), text=_whole(one), anchor="middle" if n else "start")
        for n, one in enumerate(powers)
    ]
    low, high = selected or (0.0, 0.0)
    band = (place(low) * 100, place(high) * 100) if selected else None
    return Chart(bars=bars, ticks=ticks, marks=marks, band=band, top=top, longest=longest)


def percentiles(rows: Sequence[TraceRow]) -> Mapping[str, float]:
    """Return p50, p95 and p99 of the response times; nothing without one."""
    times = sorted(row.seconds for row in rows if row.seconds is not None)
    if not times:
        return {}
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: times[min(len(times) - 1, int(len(times) * p))] for name, p in at.items()}


def ranks(rows: Sequence[TraceRow], by: str) -> Sequence[Rank]:
    """Return the largest groups of traces that are alike, trouble first.

    :param by: ``response``, ``endpoint``, ``exception`` or ``annotation``.
    """
    alike = _ALIKE[by]
    groups = Counter(key for row in rows if row.kind != "pending" for key in alike(row))
    most = max(groups.values(), default=1)
    first = sorted(groups.items(), key=lambda one: (one[0].kind == "ok", -one[1], str(one[0])))
    return [
        Rank(
            kind=key.kind,
            status=key.status,
            method=key.method,
            text=key.text,
            count=count,
            share=round(count / most * 100, 1),
            term=key.term or _term(key),
        )
        for key, count in first[:_RANKED]
    ]


class _Alike(NamedTuple):
    """What traces of a group have in common."""

    kind: str
    text: str
    status: int | None = None
    method: str = ""
    term: str = ""


def _by_response(row: TraceRow) -> Sequence[_Alike]:
    return [_Alike(row.kind, row.path.split("?")[0], row.status, row.method)]


def _by_endpoint(row: TraceRow) -> Sequence[_Alike]:
    return [_Alike(row.kind, row.path.split("?")[0], None, row.method)]


def _by_exception(row: TraceRow) -> Sequence[_Alike]:
    if row.cause is None or not row.cause.exception:
        return []
    # No keyword of X-Ray's finds an exception by name; its outcome is what comes closest.
    return [_Alike(row.kind, row.cause.exception, row.status, term=row.kind)]


def _by_annotation(row: TraceRow) -> Sequence[_Alike]:
    return [
        _Alike(row.kind, text, term=f"annotation.{text}")
        for key, values in row.annotations.items()
        if _KEY.fullmatch(key)
        for value in values
        for text in [f"{key} = {json.dumps(value, ensure_ascii=False)}"]
    ]


_ALIKE: Mapping[str, Callable[[TraceRow], Sequence[_Alike]]] = {
    "response": _by_response,
    "endpoint": _by_endpoint,
    "exception": _by_exception,
    "annotation": _by_annotation,
}


def strip(seconds: float, scale: float) -> float:
    """Return where a time is on the strip beside it, whose axis is the histogram's."""
    longest = max(_LONGEST, scale)
    share = math.log10(max(seconds, _SHORTEST) / _SHORTEST) / math.log10(longest / _SHORTEST)
    return round(min(share * 100, 97), 1)


def _term(key: _Alike) -> str:
    terms = [] if key.status is None else [f"http.status = {key.status}"]
    if key.method:
        terms += [f"http.method = {quoted(key.method)}", f"http.url CONTAINS {quoted(key.text)}"]
    return " AND ".join(terms)


def _bars(
    rows: Sequence[TraceRow],
    behind: Sequence[TraceRow],
    edges: Sequence[float],
    *,
    top: float,
    place: Callable[[TraceRow], float],
    label: Callable[[float, float], str],
    selected: tuple[float, float] | None = None,
) -> tuple[Sequence[Bar], float]:
    number = len(edges) - 1

    def counted(of: Sequence[TraceRow]) -> Sequence[Counter[str]]:
        found: list[Counter[str]] = [Counter() for _ in range(number)]
        for row in of:
            found[min(number - 1, max(0, int(place(row) * number)))][row.kind] += 1
        return found

    counts, all_counts = counted(rows), counted(behind)
    top = max([1.0, top, *(float(count.total()) for count in (*counts, *all_counts))])
    bars = []
    for place_, (count, whole) in enumerate(zip(counts, all_counts, strict=True)):
        low, high = edges[place_], edges[place_ + 1]
        held = ", ".join(f"{count[kind]} {WORDS[kind]}" for kind in OUTCOMES if count[kind])
        bars.append(
            Bar(
                x=round(place_ * 100 / number, 3),
                width=round(100 / number, 3),
                low=low,
                high=high,
                label=f"{label(low, high)}: {held or 'none'}",
                blocks=_blocks(count, top),
                behind=whole.total() / top * _TALLEST if len(behind) > len(rows) else 0,
                is_off=selected is not None
                and (high <= selected[0] * 1.02 or low >= selected[1] * 0.98),
            )
        )
    return bars, top


def _blocks(count: Counter[str], top: float) -> Sequence[Block]:
    y, found = HEIGHT, []
    for kind in _UPWARDS:
        if count[kind]:
            height = max(_LEAST, count[kind] / top * _TALLEST)
            y -= height
            found.append(Block(kind=kind, y=round(y, 1), height=round(height, 1)))
    return found


def _whole(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
