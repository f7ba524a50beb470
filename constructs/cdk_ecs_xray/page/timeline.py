"""The rows of a trace's timeline, and where their bars are. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cdk_ecs_xray.local.xray.outcome import http_status
from cdk_ecs_xray.local.xray.trace import Entity, Trace
from cdk_ecs_xray.page.causes import note_of
from cdk_ecs_xray.page.reading import kind_of
from cdk_ecs_xray.page.timeline_axis import Scale, long_wait, scale_of, scale_with_wait
from cdk_ecs_xray.page.timeline_tree import TimelineTree
from cdk_ecs_xray.page.words import took

MANY_ROWS = 200
ONLY_TROUBLE, ONLY_LONG = "trouble", "long"
_LONG = 0.01
_MOST_ALIKE = 20
_ALIKE = "~"  # Before the id of the first of them: their fold is open.
_OPEN_LEVELS = 2
_DEEPEST_INDENT = 8
_WORTH_SEEING = ("fault", "throttle")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One part of a trace, or many that are alike.

    :param inside: how many parts are folded under it, and their outcomes that are not ok.
    :param alike: how many it is, and the shortest and longest of them.
    :param unfolds: what to open to see them.
    :param ghost: where a segment would be whose clock agrees with its caller's.
    """

    id: str
    depth: int
    name: str
    note: str
    kind: str
    status: int | None
    seconds: float | None
    place: float
    width: float
    is_segment: bool
    has_parts: bool
    inside: int = 0
    trouble: Mapping[str, int] = field(default_factory=dict)
    alike: tuple[int, float, float] | None = None
    unfolds: str = ""
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
    :param waits: how long nothing ran, where that is most of the trace.
    :param is_off: whether a clock disagrees with its caller's.
    :param missing: parts whose parent has not come in.
    """

    rows: Sequence[Row]
    scale: Scale
    total: int
    waits: float | None = None
    is_off: bool = False
    missing: int = 0


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is shown of a timeline.

    :param opened: ids of parts whose folds are open.
    :param only: ``trouble`` or ``long``: those parts, and the way to them.
    :param whole: a long wait is drawn, too.
    :param fitted: clocks are made to agree.
    """

    opened: Collection[str] = ()
    only: str = ""
    whole: bool = False
    fitted: bool = False


def timeline_of(trace: Trace, choice: Choice | None = None) -> Timeline:
    """Return the timeline; of more than 200 parts only two levels and the way to what failed."""
    chosen = Choice() if choice is None else choice
    tree = TimelineTree(trace, fitted=chosen.fitted)
    parts = list(trace.entities.values())
    seconds = max((tree.end(part) for part in parts), default=0.0)
    wait = long_wait(((tree.start(part), tree.end(part)) for part in parts), seconds)
    scale = scale_of(seconds)
    if wait is not None and not chosen.whole:
        scale = scale_with_wait(seconds, wait)
    rows = _Rows(tree, scale, chosen)
    return Timeline(
        rows=[row for root in tree.roots for row in rows.under(root)],
        scale=scale,
        total=len(parts),
        waits=None if wait is None else wait[1] - wait[0],
        is_off=any(tree.off(part) is not None for part in parts),
        missing=sum(_misses_parent(trace, part) for part in parts),
    )


def _misses_parent(trace: Trace, part: Entity) -> bool:
    return part.parent_id is not None and part.parent_id not in trace.entities


class _Rows:
    """Makes the rows of a tree."""

    def __init__(self, tree: TimelineTree, scale: Scale, choice: Choice) -> None:
        self._tree = tree
        self._scale = scale
        self._opened = set(choice.opened)
        self._folds = len(tree.trace.entities) > MANY_ROWS
        self._kept = self._kept_parts(choice.only)

    def under(self, root: Entity) -> Iterator[Row]:
        """Yield the row of a part and those under it."""
        waiting: list[tuple[Entity | Row, int]] = [(root, 0)]
        while waiting:
            part, depth = waiting.pop()
            if isinstance(part, Row):
                yield part
                continue
            if self._kept is not None and part.id not in self._kept:
                continue
            inside = list(self._tree.inside(part))
            is_shut = self._is_shut(part, depth, inside)
            yield self._row(part, depth, inside=inside if is_shut else ())
            if not is_shut:
                waiting += [(one, depth + 1) for one in reversed(self._below(part, depth + 1))]

    def _is_shut(self, part: Entity, depth: int, inside: Sequence[Entity]) -> bool:
        return (
            self._folds
            and self._kept is None
            and depth >= _OPEN_LEVELS - 1
            and part.id not in self._opened
            and bool(inside)
            and not any(kind_of(one) in _WORTH_SEEING for one in inside)
        )

    def _below(self, part: Entity, depth: int) -> Sequence[Entity | Row]:
        """Return what a part called; more than 20 of one name that went well are one row."""
        below = self._tree.parts.get(part.id, [])
        names: dict[str, list[Entity]] = {}
        for one in below:
            if kind_of(one) == "ok" and one.id not in self._tree.parts and self._kept is None:
                names.setdefault(str(one.document["name"]), []).append(one)
        alike = {
            found[0].id: found
            for found in names.values()
            if len(found) > _MOST_ALIKE and _ALIKE + found[0].id not in self._opened
        }
        hidden = {one.id for found in alike.values() for one in found[1:]}
        return [
            self._together(alike[one.id], depth) if one.id in alike else one
            for one in below
            if one.id not in hidden
        ]

    def _together(self, parts: Sequence[Entity], depth: int) -> Row:
        times = [part.duration or 0.0 for part in parts]
        first = parts[0]
        start = min(self._tree.start(part) for part in parts)
        end = max(self._tree.end(part) for part in parts)
        return Row(
            id=first.id,
            depth=depth,
            name=str(first.document["name"]),
            note="",
            kind="ok",
            status=None,
            seconds=sum(times),
            is_segment=False,
            has_parts=False,
            alike=(len(parts), min(times), max(times)),
            unfolds=_ALIKE + first.id,
            place=self._scale.place(start),
            width=self._width(start, end),
        )

    def _row(self, part: Entity, depth: int, *, inside: Sequence[Entity]) -> Row:
        tree = self._tree
        off, remark = tree.off(part), ""
        if off is not None:
            shown = "moved into its caller" if tree.fitted else "shown as sent"
            remark = f"clock {took(abs(off))} {'ahead' if off > 0 else 'behind'}, {shown}"
        elif _misses_parent(tree.trace, part):
            remark = "parent missing"
        kinds = Counter(kind_of(one) for one in inside)
        is_ghost = off is not None and not tree.fitted
        return Row(
            id=part.id,
            depth=depth,
            name=str(part.document["name"]),
            note=note_of(part),
            kind=kind_of(part),
            status=http_status(part.document),
            seconds=part.duration,
            is_segment=part.is_segment,
            has_parts=bool(tree.parts.get(part.id)),
            inside=len(inside),
            unfolds=part.id,
            trouble={kind: kinds[kind] for kind in ("fault", "throttle", "error") if kinds[kind]},
            ghost=self._scale.place(tree.start(part) - (off or 0.0)) if is_ghost else None,
            remark=remark,
            place=self._scale.place(tree.start(part)),
            width=self._width(tree.start(part), tree.end(part)),
        )

    def _width(self, start: float, end: float) -> float:
        return max(round(self._scale.place(end) - self._scale.place(start), 3), 0.02)

    def _kept_parts(self, only: str) -> set[str] | None:
        """Return the ids of what is shown, and of all that is above it; None for everything."""
        trace = self._tree.trace
        if only == ONLY_TROUBLE:
            wanted = [part for part in trace.entities.values() if kind_of(part) != "ok"]
        elif only == ONLY_LONG:
            least = (trace.duration or 0.0) * _LONG
            wanted = [
                part
                for part in trace.entities.values()
                if part.duration is None or part.duration >= least
            ]
        else:
            return None
        kept: set[str] = set()
        for part in wanted:
            above: Entity | None = part
            while above is not None and above.id not in kept:
                kept.add(above.id)
                above = trace.entities.get(above.parent_id or "")
        return kept
