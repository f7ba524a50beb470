"""The rows of a trace's timeline, and where their bars are. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cdk_ecs_xray.local.xray.outcome import http_status
from cdk_ecs_xray.local.xray.trace import Entity, Trace
from cdk_ecs_xray.page.causes import note_of
from cdk_ecs_xray.page.reading import kind_of
from cdk_ecs_xray.page.words import took

MANY_ROWS = 200
_OPEN_LEVELS = 2
_DEEPEST_INDENT = 8
_FEWEST_STEPS, _MOST_STEPS = 4, 8
_WORTH_SEEING = ("fault", "throttle")
# Clocks of machines that are kept in step still differ by this much.
_SAME_MOMENT = 0.002


@dataclass(frozen=True, kw_only=True)
class Scale:
    """An axis of equal steps from the trace's start."""

    step: float
    steps: int

    @property
    def ticks(self) -> Sequence[float]:
        """Where each step begins."""
        return [self.step * number for number in range(self.steps)]

    def place(self, seconds: float) -> float:
        """Return a moment in percent of the axis."""
        return round(seconds / (self.step * self.steps) * 100, 3)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One part of a trace.

    :param inside: how many parts are folded under it, and their outcomes that are not ok.
    :param ghost: where a segment would be whose clock agrees with its caller's.
    """

    id: str
    depth: int
    name: str
    note: str
    kind: str
    status: int | None
    seconds: float | None
    start: float
    place: float
    width: float
    is_segment: bool
    has_parts: bool
    inside: int = 0
    trouble: Mapping[str, int] = field(default_factory=dict)
    ghost: float | None = None
    remark: str = ""

    @property
    def indent(self) -> int:
        """The class of its indentation; deeper ones show their depth as a number."""
        return min(self.depth, _DEEPEST_INDENT)


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The rows that are shown, and their axis.

    :param total: of all parts, folded ones too.
    """

    rows: Sequence[Row]
    scale: Scale
    total: int


def scale_of(seconds: float) -> Scale:
    """Return the shortest axis of 4 to 8 steps of 1, 2, 2.5 or 5 times a power of ten."""
    length = max(seconds, 1e-6)
    power = 10.0 ** math.floor(math.log10(length) - 1)
    fitting = [
        Scale(step=step, steps=steps)
        for factor in (0.1, 1.0, 10.0)
        for one in (1, 2, 2.5, 5)
        for step in [one * power * factor]
        for steps in [math.ceil(length / step - 1e-9)]
        if _FEWEST_STEPS <= steps <= _MOST_STEPS
    ]
    return min(fitting, key=lambda scale: (scale.step * scale.steps, scale.steps))


def timeline_of(trace: Trace, *, opened: Collection[str] = ()) -> Timeline:
    """Return the timeline; of more than 200 parts only two levels and the way to what failed.

    :param opened: ids of parts whose folds are open.
    """
    tree = _Tree(trace)
    ends = [entity.end or entity.start for entity in trace.entities.values()]
    scale = scale_of(max(ends, default=trace.start) - trace.start)
    folds = len(trace.entities) > MANY_ROWS
    rows = [
        row
        for root in tree.roots
        for row in _rows(tree, root, scale, opened=set(opened) if folds else None)
    ]
    return Timeline(rows=rows, scale=scale, total=len(trace.entities))


class _Tree:
    """Parts under the part that called them."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.parts: dict[str, list[Entity]] = {}
        self.roots: list[Entity] = []
        for entity in sorted(trace.entities.values(), key=lambda e: (e.start, e.id)):
            above = entity.parent_id
            if above is None or above not in trace.entities or self._in_a_circle(entity):
                self.roots.append(entity)
            else:
                self.parts.setdefault(above, []).append(entity)
        self.newest = max((e.end or e.start for e in trace.entities.values()), default=0.0)

    def inside(self, entity: Entity) -> Iterator[Entity]:
        """Yield everything under a part."""
        waiting = list(self.parts.get(entity.id, ()))
        while waiting:
            part = waiting.pop()
            yield part
            waiting += self.parts.get(part.id, ())

    def _in_a_circle(self, entity: Entity) -> bool:
        seen, current = {entity.id}, entity
        while current.parent_id is not None and current.parent_id in self.trace.entities:
            current = self.trace.entities[current.parent_id]
            if current.id in seen:
                return current.id == entity.id
            seen.add(current.id)
        return False


def _rows(tree: _Tree, root: Entity, scale: Scale, *, opened: set[str] | None) -> Iterator[Row]:
    waiting = [(root, 0)]
    while waiting:
        part, depth = waiting.pop()
        below = tree.parts.get(part.id, [])
        inside = list(tree.inside(part))
        shut = (
            opened is not None
            and depth >= _OPEN_LEVELS - 1
            and part.id not in opened
            and not any(kind_of(one) in _WORTH_SEEING for one in inside)
        )
        yield _row(tree, part, depth, scale, inside=inside if shut else [])
        if not shut:
            waiting += [(one, depth + 1) for one in reversed(below)]


def _row(tree: _Tree, part: Entity, depth: int, scale: Scale, *, inside: Sequence[Entity]) -> Row:
    trace = tree.trace
    start = part.start - trace.start
    end = (tree.newest if part.end is None else part.end) - trace.start
    ghost, remark = _skew(trace, part)
    kinds = Counter(kind_of(one) for one in inside)
    return Row(
        id=part.id,
        depth=depth,
        name=str(part.document["name"]),
        note=note_of(part),
        kind=kind_of(part),
        status=http_status(part.document),
        seconds=part.duration,
        start=start,
        place=scale.place(start),
        width=max(scale.place(end - start), 0.02),
        is_segment=part.is_segment,
        has_parts=bool(tree.parts.get(part.id)),
        inside=len(inside),
        trouble={kind: kinds[kind] for kind in ("fault", "throttle", "error") if kinds[kind]},
        ghost=None if ghost is None else scale.place(ghost - trace.start),
        remark=remark,
    )


def _skew(trace: Trace, part: Entity) -> tuple[float | None, str]:
    """Return where a called segment would fit into its caller, and how far its clock is off."""
    if part.parent_id is None:
        return None, ""
    caller = trace.entities.get(part.parent_id)
    if caller is None:
        return None, "parent missing"
    if not part.is_segment or part.end is None or caller.end is None:
        return None, ""
    late, early = part.end - caller.end, caller.start - part.start
    if max(late, early) <= _SAME_MOMENT or part.end - part.start > caller.end - caller.start:
        return None, ""
    fits = caller.start + (caller.end - caller.start - (part.end - part.start)) / 2
    off = part.start - fits
    return fits, f"clock {took(abs(off))} {'ahead' if off > 0 else 'behind'}, shown as sent"
