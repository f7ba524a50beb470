"""The axis of a timeline: equal steps, and a long wait cut out of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

_FEWEST_STEPS, _MOST_STEPS = 4, 8
_LONG_WAIT = 0.8
_MARKED = 0.06  # Of the rest of the axis: how wide the mark of a wait that is cut out is.


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A time in which nothing ran, in seconds from the trace's start.

    :param drawn: how long it is on the axis.
    """

    start: float
    end: float
    drawn: float

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class Scale:
    """An axis of equal steps from the trace's start.

    :param wait: that is cut out.
    """

    step: float
    steps: int
    wait: Wait | None = None

    @property
    def ticks(self) -> Sequence[float]:
        """The moment at which each step begins."""
        return [self._moment(self.step * number) for number in range(self.steps)]

    def place(self, seconds: float) -> float:
        """Return a moment in percent of the axis."""
        return round(self._drawn(seconds) / (self.step * self.steps) * 100, 3)

    def _drawn(self, seconds: float) -> float:
        wait = self.wait
        if wait is None or seconds <= wait.start:
            return seconds
        if seconds >= wait.end:
            return seconds - wait.seconds + wait.drawn
        return wait.start + (seconds - wait.start) / wait.seconds * wait.drawn

    def _moment(self, drawn: float) -> float:
        wait = self.wait
        if wait is None or drawn <= wait.start:
            return drawn
        if drawn >= wait.start + wait.drawn:
            return drawn - wait.drawn + wait.seconds
        return wait.start + (drawn - wait.start) / wait.drawn * wait.seconds


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


def scale_with_wait(seconds: float, wait: tuple[float, float]) -> Scale:
    """Return the axis of a trace from which a wait is cut out."""
    start, end = wait
    rest = seconds - (end - start)
    drawn = max(rest, 1e-6) * _MARKED
    return replace(scale_of(rest + drawn), wait=Wait(start=start, end=end, drawn=drawn))


def long_wait(busy: Iterable[tuple[float, float]], seconds: float) -> tuple[float, float] | None:
    """Return the time in which nothing ran, if it is over 80 % of all; None without such a one."""
    reached = 0.0
    for start, end in sorted(busy):
        if start - reached > seconds * _LONG_WAIT:
            return reached, start
        reached = max(reached, end)
    return None
