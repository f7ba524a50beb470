"""Where the trace map's nodes and lines are: in layers, callers left. Pure.

The same input gives the same picture. Ranks are the longest way from a root; a call that closes a
circle is drawn back. A call over several ranks goes through a place of its own in each, so that
no line crosses a card.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cdk_ecs_xray.page.trace_map import Edge, Node, TraceMap

MOST_NODES = 50
WIDTH, HEIGHT = 190, 76
_GAP_X, _GAP_Y, _MARGIN = 160, 60, 12
# No line turns back there. Three layers fit beside a panel on 1280 pixels.
_RIGHT = 4
_BETWEEN_LABELS = 48
_SWEEPS = 4
_BELOW = 22
_LABELED_WHOLE, _LABELED = 2, 4
_LONGEST_NAME = 14
Slot = tuple[str, int]  # A node's key, or an edge's; and its rank.


@dataclass(frozen=True, kw_only=True)
class Card:
    """A node and its place."""

    node: Node
    x: int
    y: int
    radius: int
    title: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """An edge, its path, and where its label is.

    :param labels: 2 for rate and outcomes, 1 for the rate where lines are close, 0 for none; the
        table of calls has all of it.
    """

    edge: Edge
    path: str
    tip: tuple[int, int]
    label: tuple[int, int]
    width: float
    labels: int


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """All of it, and how large it is."""

    cards: Sequence[Card]
    lines: Sequence[Line]
    width: int
    height: int


def draw(drawn: TraceMap) -> Drawing | None:
    """Return the drawing; None for more nodes than a person follows."""
    if not 0 < len(drawn.nodes) <= MOST_NODES:
        return None
    ranks = _ranks(drawn)
    columns = _columns(drawn, ranks)
    places = _places(drawn, columns)
    cards = [
        Card(
            node=node,
            x=_MARGIN + ranks[node.key] * (WIDTH + _GAP_X),
            y=places[node.key, ranks[node.key]],
            radius=_radius(node.calls.total),
            title=shortened(node.name),
        )
        for node in drawn.nodes
    ]
    at = {card.node.key: card for card in cards}
    lines = [_line(edge, at, ranks, places, drawn) for edge in drawn.edges]
    return Drawing(
        cards=cards,
        lines=lines,
        width=max(card.x for card in cards) + WIDTH + _RIGHT,
        height=max(
            *(y + HEIGHT for y in places.values()), *(line.label[1] + _BELOW for line in lines), 0
        )
        + _MARGIN,
    )


def shortened(name: str) -> str:
    """Return a name that fits a card: its middle is left out, as ARNs differ at the end."""
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME // 2 - 1]}…{name[-_LONGEST_NAME // 2 :]}"


def _ranks(drawn: TraceMap) -> Mapping[str, int]:
    ranks = dict.fromkeys((node.key for node in drawn.nodes), 0)
    forward = _without_circles(drawn)
    for _ in drawn.nodes:
        for caller, called in forward:
            ranks[called] = max(ranks[called], ranks[caller] + 1)
    return ranks


def _without_circles(drawn: TraceMap) -> Sequence[tuple[str, str]]:
    """Return the calls but those that close a circle, found from the roots on."""
    calls: dict[str, list[str]] = {node.key: [] for node in drawn.nodes}
    for edge in drawn.edges:
        calls[edge.caller.key].append(edge.called.key)
    called = {edge.called.key for edge in drawn.edges}
    kept: list[tuple[str, str]] = []
    done: set[str] = set()
    for root in sorted(calls, key=lambda key: key in called):
        waiting, way = [(root, iter(calls[root]))], {root}
        while waiting and root not in done:
            key, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                waiting.pop()
                way.discard(key)
                done.add(key)
            elif following not in way:
                kept.append((key, following))
                if following not in done:
                    way.add(following)
                    waiting.append((following, iter(calls[following])))
    return kept


def _columns(drawn: TraceMap, ranks: Mapping[str, int]) -> Sequence[list[str]]:
    """Return what is in each rank, from above: nodes, and the long calls that pass through."""
    columns: list[list[str]] = [[] for _ in range(max(ranks.values()) + 1)]
    for node in drawn.nodes:
        columns[ranks[node.key]].append(node.key)
    for edge in drawn.edges:
        for rank in range(ranks[edge.caller.key] + 1, ranks[edge.called.key]):
            columns[rank].append(_passing(edge))
    beside = _beside(drawn, ranks)
    for sweep in range(_SWEEPS):
        order = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for rank in order:
            other = columns[rank - 1 if sweep % 2 == 0 else rank + 1]
            where = {key: place for place, key in enumerate(other)}
            own = {key: place for place, key in enumerate(columns[rank])}
            columns[rank].sort(key=lambda key: (_middle(beside[key], where, own[key]), own[key]))
    return columns


def _beside(drawn: TraceMap, ranks: Mapping[str, int]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {node.key: set() for node in drawn.nodes}
    for edge in drawn.edges:
        is_long = ranks[edge.called.key] - ranks[edge.caller.key] > 1
        way = [edge.caller.key, *([_passing(edge)] if is_long else []), edge.called.key]
        for one, other in pairwise(way):
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
        if is_long:
            found[_passing(edge)].add(_passing(edge))
    return found


def _middle(keys: set[str], where: Mapping[str, int], own: int) -> float:
    known = [where[key] for key in keys if key in where]
    return sum(known) / len(known) if known else float(own)


def _places(drawn: TraceMap, columns: Sequence[list[str]]) -> Mapping[Slot, int]:
    """Return the top of each card; each column is centered."""
    spaces = {
        node.key: max(HEIGHT, _BETWEEN_LABELS * len(drawn.calls_to(node))) for node in drawn.nodes
    }
    heights = [
        sum(spaces.get(key, HEIGHT) for key in column) + _GAP_Y * (len(column) - 1)
        for column in columns
    ]
    places: dict[Slot, int] = {}
    for rank, column in enumerate(columns):
        y = _MARGIN + (max(heights) - heights[rank]) // 2
        for key in column:
            space = spaces.get(key, HEIGHT)
            places[key, rank] = y + (space - HEIGHT) // 2
            y += space + _GAP_Y
    return places


def _line(
    edge: Edge,
    at: Mapping[str, Card],
    ranks: Mapping[str, int],
    places: Mapping[Slot, int],
    drawn: TraceMap,
) -> Line:
    caller, called = at[edge.caller.key], at[edge.called.key]
    x, y = caller.x + WIDTH, caller.y + HEIGHT // 2
    others = drawn.calls_to(edge.called)
    spread = (others.index(edge) - (len(others) - 1) / 2) * min(
        _BETWEEN_LABELS, (HEIGHT - 14) / max(1, len(others) - 1)
    )
    end_x, end_y = called.x - 8, called.y + HEIGHT // 2 + round(spread)
    width = round(1.5 + 0.9 * math.log10(max(1, edge.calls.total)), 1)
    labels = 2 if len(others) <= _LABELED_WHOLE else int(len(others) <= _LABELED)
    if ranks[edge.called.key] <= ranks[edge.caller.key]:
        # Back: under both cards.
        low = max(y, end_y) + HEIGHT // 2 + 18
        path = f"M{x} {y}c30 0 30 {low - y} 0 {low - y}H{called.x}c-34 0-34 {end_y - low} -8 "
        path += f"{end_y - low}"
        return Line(
            edge=edge,
            path=path,
            tip=(end_x, end_y),
            label=(caller.x, low),
            width=width,
            labels=labels,
        )
    path = f"M{x} {y}"
    for rank in range(ranks[edge.caller.key] + 1, ranks[edge.called.key]):
        left = _MARGIN + rank * (WIDTH + _GAP_X)
        middle = places[_passing(edge), rank] + HEIGHT // 2
        path += f"C{x + 60} {y} {left - 60} {middle} {left} {middle}H{left + WIDTH}"
        x, y = left + WIDTH, middle
    path += f"C{x + 38} {y} {x + 8} {end_y} {x + 46} {end_y}H{end_x}"
    label = ((x + 46 + end_x) // 2 if y != end_y else (x + end_x) // 2, end_y)
    return Line(edge=edge, path=path, tip=(end_x, end_y), label=label, width=width, labels=labels)


def _passing(edge: Edge) -> str:
    return f"{edge.caller.key}→{edge.called.key}"


def _radius(calls: int) -> int:
    return 15 if calls < 10 else 18 if calls < 100 else 21  # noqa: PLR2004 - by powers of ten
