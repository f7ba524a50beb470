"""How many segments a collector carries, by what was measured of it. Pure.

All figures are of segments of 1 KB over TLS, November 2026. Under a hard quota capacity does not
grow with the size: between two slices of the quota the kernel's queue of about 92 datagrams
overflows, and more so the higher the load.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdk_ecs_xray.errors import Problem

CPU_STEP = 32
FEW_LOST_PERCENT = 2
"""What a load may lose at most before it is warned of; runs of the same load differ by as much."""
_OPTION = "expected_segments_per_second"


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One load on one size.

    :param cpu: CPU units of 1024 a core, as a hard quota.
    :param segments: sent a second.
    :param lost_percent: the most of them that any run lost.
    """

    cpu: int
    segments: int
    lost_percent: float


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What was measured of one collector program.

    :param segments_per_step: segments a second to plan for 32 CPU units.
    :param most_segments: the highest load that was measured without a quota.
    :param under_quota: every load that was measured under one.
    """

    segments_per_step: int
    most_segments: int
    under_quota: Sequence[Measurement]

    def cpu_for(self, segments: int) -> int:
        """Return the CPU units to plan for a load, in steps of 32."""
        steps = -(-min(segments, self.most_segments) // self.segments_per_step)
        return max(steps, 1) * CPU_STEP

    def segments_for(self, cpu: int) -> int:
        """Return the segments a second that this many CPU units are planned for."""
        return min(cpu * self.segments_per_step // CPU_STEP, self.most_segments)

    def lost_percent(self, segments: int, *, cpu: int) -> float | None:
        """Return what a load loses at most under a quota of this size; None if nobody measured it.

        A smaller quota with a higher load loses more, so its measurement is a bound.
        """
        bounds = [
            measured.lost_percent
            for measured in self.under_quota
            if measured.cpu <= cpu and measured.segments >= segments
        ]
        return min(bounds, default=None)

    def most_under_quota(self, cpu: int) -> int:
        """Return the highest load that loses few segments under a quota of this size."""
        return max(
            (
                measured.segments
                for measured in self.under_quota
                if measured.cpu <= cpu and measured.lost_percent <= FEW_LOST_PERCENT
            ),
            default=0,
        )


def load_problem(
    expected: int, *, where: str, label: str, capacity: Capacity | None, cpu: int, quota: bool
) -> Problem | None:
    """Return why a collector of this size does not carry a load; None when it does.

    :param label: the collector, as a sentence names it.
    :param capacity: None for a collector that was not measured.
    :param quota: CPU is a hard limit: on Fargate, and wherever the task has a cpu. The cpu of a
        container on EC2 is a share, and the collector takes more while the instance has some idle.
    """
    if capacity is None:
        return Problem(
            where=where,
            what=f"{_OPTION} must be a load that was measured, and none was for {label}",
            got=str(expected),
            fix=f"It keeps {cpu} CPU units. Try your load on it, or take another collector.",
        )
    if expected > capacity.most_segments:
        return _too_much(
            expected, where, capacity.most_segments, f"the most that was measured of {label}"
        )
    carried = capacity.segments_for(cpu)
    if expected > carried:
        return Problem(
            where=where,
            what=f"{_OPTION} must be at most {carried}, what {cpu} CPU units of {label} are "
            "planned for",
            got=str(expected),
            fix=f"Give it {capacity.cpu_for(expected)} CPU units, sample less, or spread the load "
            "over more tasks.",
        )
    lost = capacity.lost_percent(expected, cpu=cpu)
    if not quota or (lost is not None and lost <= FEW_LOST_PERCENT):
        return None
    known = "an unmeasured part" if lost is None else f"up to {lost:g} %"
    return _too_much(
        expected,
        where,
        capacity.most_under_quota(cpu),
        f"above which {label} loses {known} where the task's cpu is a quota, as on Fargate",
    )


def _too_much(expected: int, where: str, most: int, why: str) -> Problem:
    tasks = f"{-(-expected // most)} tasks" if most > 0 else "more tasks"
    return Problem(
        where=where,
        what=f"{_OPTION} must be at most {most}, {why}",
        got=str(expected),
        fix=f"Sample less, or spread the load over {tasks}.",
    )
