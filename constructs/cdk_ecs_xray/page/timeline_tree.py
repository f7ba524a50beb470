"""Parts of a trace under the part that called them, and where their clocks put them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from cdk_ecs_xray.local.xray.trace import Entity, Trace

# Clocks of machines that are kept in step still differ by this much.
_SAME_MOMENT = 0.002


class TimelineTree:
    """A trace's parts.

    :param fitted: move a called segment whose clock disagrees into its caller, with all under it.
    """

    def __init__(self, trace: Trace, *, fitted: bool = False) -> None:
        self.trace = trace
        self.fitted = fitted
        self.parts: dict[str, list[Entity]] = {}
        self.roots: list[Entity] = []
        for entity in sorted(trace.entities.values(), key=lambda e: (e.start, e.id)):
            above = entity.parent_id
            if above is None or above not in trace.entities or self._in_a_circle(entity):
                self.roots.append(entity)
            else:
                self.parts.setdefault(above, []).append(entity)
        self._newest = max((e.end or e.start for e in trace.entities.values()), default=0.0)

    def inside(self, entity: Entity) -> Iterator[Entity]:
        """Yield everything under a part."""
        waiting = list(self.parts.get(entity.id, ()))
        while waiting:
            part = waiting.pop()
            yield part
            waiting += self.parts.get(part.id, ())

    def start(self, part: Entity) -> float:
        """Return when a part began, in seconds from the trace's start."""
        return part.start + self._moved.get(part.id, 0.0) - self.trace.start

    def end(self, part: Entity) -> float:
        """Return when a part ended; of one that runs, the newest moment that is known."""
        known = self._newest if part.end is None else part.end
        return known + self._moved.get(part.id, 0.0) - self.trace.start

    def off(self, part: Entity) -> float | None:
        """Return how many seconds a called segment's clock is ahead of its caller's."""
        caller = self.trace.entities.get(part.parent_id or "")
        if caller is None or not part.is_segment or part.end is None or caller.end is None:
            return None
        late, early = part.end - caller.end, caller.start - part.start
        if max(late, early) <= _SAME_MOMENT or part.end - part.start > caller.end - caller.start:
            return None
        return part.start - caller.start - (caller.end - caller.start - part.end + part.start) / 2

    @cached_property
    def _moved(self) -> Mapping[str, float]:
        """By how much each part is moved; a segment goes along with its caller."""
        moved: dict[str, float] = {}
        if not self.fitted:
            return moved
        waiting = [(root, 0.0) for root in self.roots]
        while waiting:
            part, by = waiting.pop()
            moved[part.id] = by - (self.off(part) or 0.0)
            waiting += [(below, moved[part.id]) for below in self.parts.get(part.id, ())]
        return moved

    def _in_a_circle(self, entity: Entity) -> bool:
        seen, current = {entity.id}, entity
        while current.parent_id is not None and current.parent_id in self.trace.entities:
            current = self.trace.entities[current.parent_id]
            if current.id in seen:
                return current.id == entity.id
            seen.add(current.id)
        return False
