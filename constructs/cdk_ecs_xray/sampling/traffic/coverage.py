"""The time that logs cover: holes and outliers between their first and last request. Pure.

A rate is a number of requests by the time they took. From the first to the last timestamp lies
more than that when a file is missing in between, or when one line has a date of its own. A pause
counts as a hole when the log's own rhythm does not explain it:

- it is longer than a minute and at least five times as long as the next shorter pause,
- it is longer than chance makes one among so many, were requests to arrive at random,
- there are few such pauses, at most one in fifty,
- and it does not return regularly, as nights and the pauses between hourly jobs do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from statistics import median

# A restart or a slow deployment takes less, and a shorter hole would hardly change a rate.
_SHORTEST_HOLE = 60
_JUMP = 5
_RARE_SHARE = 50
_FEW = 5
# Of n exponential pauses one is longer than ln n + ln 1000 means once in a thousand logs.
_CHANCE = log(1_000)
_HOUR = 3_600
_DAY = 86_400
_ALIKE = 0.1
_NIGHTS = 3
# Whoever keeps the same hour of several days has longer pauses than an office at night.
_LONGEST_NIGHT = 16 * _HOUR
# Four days without business: a long weekend.
_MOST_DAYS_OFF = 5 * _DAY
_RECURRENCES = 12
_OUTLIER_SHARE = 100


@dataclass(frozen=True, kw_only=True, order=True)
class Stretch:
    """Seconds in a row.

    :param first: since 1970.
    :param last: the last of them.
    """

    first: int
    last: int

    @property
    def seconds(self) -> int:
        """How many."""
        return self.last - self.first + 1


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How the requests of a log follow each other.

    :param span: from the first second with a request to the last.
    :param pauses: how many steps there are from one second with a request to the next.
    :param longest: the longest steps, longest first, each with the second before it; at least one
        more than :func:`most_holes`, where there are so many.
    :param mean: of the steps that are not among the longest; 0 without any.
    """

    span: Stretch
    pauses: int
    longest: Sequence[tuple[int, int]]
    mean: float


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What of a log's time is covered.

    :param stretches: in order of time.
    :param holes: that lie between them.
    :param outliers: stretches with too few requests to tell a rate, with their number.
    :param regular: pauses that return regularly, which count as quiet time.
    """

    stretches: Sequence[Stretch]
    outliers: Mapping[Stretch, int]
    holes: Sequence[Stretch] = ()
    regular: Sequence[Stretch] = ()

    @property
    def seconds(self) -> int:
        """How many seconds are covered."""
        return sum(stretch.seconds for stretch in self.stretches)


def most_holes(pauses: int) -> int:
    """Return how many of so many pauses can be holes at most."""
    return max(_FEW, pauses // _RARE_SHARE)


def covered(rhythm: Rhythm) -> Coverage:
    """Return the stretches between the holes of a log, outliers still among them."""
    shortest = _shortest_hole(rhythm)
    pauses = sorted(
        Stretch(first=at + 1, last=at + step - 1)
        for at, step in rhythm.longest
        if shortest is not None and step >= shortest
    )
    regular = _returning(pauses)
    holes = [pause for pause in pauses if pause not in regular]
    starts = [rhythm.span.first, *(hole.last + 1 for hole in holes)]
    ends = [*(hole.first - 1 for hole in holes), rhythm.span.last]
    stretches = [Stretch(first=first, last=last) for first, last in zip(starts, ends, strict=True)]
    return Coverage(stretches=stretches, holes=holes, outliers={}, regular=regular)


def without_outliers(coverage: Coverage, requests: Sequence[int]) -> Coverage:
    """Leave out stretches that hold hardly a request, and the holes around them.

    :param requests: in each stretch. A stretch is an outlier with less than one in a hundred of
        them, or when all of its requests came in one second, which gives no rate.
    """
    total = sum(requests)
    counted = list(zip(coverage.stretches, requests, strict=True))
    busiest = max(counted, key=lambda one: (one[0].seconds > 1, one[1], one[0].first))[0]
    outliers = {
        stretch: n
        for stretch, n in counted
        if stretch != busiest and (n * _OUTLIER_SHARE < total or stretch.seconds == 1)
    }
    kept = [stretch for stretch, _ in counted if stretch not in outliers]
    holes = [Stretch(first=one.last + 1, last=other.first - 1) for one, other in pairwise(kept)]
    return Coverage(stretches=kept, holes=holes, outliers=outliers, regular=coverage.regular)


def _shortest_hole(rhythm: Rhythm) -> int | None:
    """Return the length from which on a pause is none of the log's rhythm."""
    steps = [step for _, step in rhythm.longest]
    if rhythm.pauses == 1:
        # Two seconds with requests have no rhythm, and no log is read for so few days apart.
        return steps[0] if steps[0] > _DAY else None
    within = rhythm.pauses - len(steps)
    below = within * rhythm.mean
    shortest = None
    # From the shortest of the longest upwards; the lowest jump counts, with all above it.
    for place in range(len(steps) - 1, 0, -1):
        below += steps[place]
        within += 1
        step, shorter = steps[place - 1], steps[place]
        by_chance = below / within * (log(rhythm.pauses) + _CHANCE)
        if step > max(_SHORTEST_HOLE, by_chance, _JUMP * shorter - 1) and place <= most_holes(
            rhythm.pauses
        ):
            shortest = step
            break
    return shortest


def _returning(pauses: Sequence[Stretch]) -> Sequence[Stretch]:
    """Return the pauses that come back: nights, or many of one length at one distance."""
    nights = [pause for pause in pauses if pause.seconds < _MOST_DAYS_OFF]
    if len(nights) >= _NIGHTS and min(night.seconds for night in nights) <= _LONGEST_NIGHT:
        evening, morning = nights[0].first, nights[0].last
        if all(
            _apart(night.first, evening, _DAY) <= _HOUR
            and _apart(night.last, morning, _DAY) <= _HOUR
            for night in nights
        ):
            return nights
    length = median(pause.seconds for pause in pauses) if pauses else 0
    alike = [pause for pause in pauses if abs(pause.seconds - length) <= _ALIKE * length]
    if len(alike) < _RECURRENCES:
        return []
    # From one to the next, as the error of a period adds up over many.
    steps = [b.first - a.first for a, b in pairwise(alike)]
    period = median(steps)
    regular = all(_apart(step, 0, period) <= _ALIKE * period for step in steps)
    return alike if regular else []


def _apart(one: float, other: float, period: float) -> float:
    """Return how far two times are apart on a clock of a period."""
    distance = (one - other) % period
    return min(distance, period - distance)
