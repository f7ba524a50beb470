"""The figure for several processes against an event simulation on the SDK's own classes."""
# ruff: noqa: S311 - seeded draws, no secrets

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from cdk_ecs_xray.sampling import SamplingRule
from cdk_ecs_xray.sampling.decisions import Reservoirs
from cdk_ecs_xray.sampling.simulation import Load, RuleResult, simulate
from cdk_ecs_xray.sampling.traffic.log_reader import read_counts
from tests.sampling.event_simulation import WARM_UP, events_sampled

SECONDS = 1_200
EVEN = [6] * (SECONDS + WARM_UP)
# Every ten seconds sixty requests at once, and one a second in between.
BURSTY = [60 if second % 10 == 0 else 1 for second in range(SECONDS + WARM_UP)]
# A request every four minutes on average.
RARE_SECONDS = 400_000


def figure(
    traffic: Sequence[int], folder: Path, *, size: int, rate: float, processes: int
) -> RuleResult:
    """What ``rules simulate`` makes of the traffic after the warm-up."""
    counts = folder / "counts.csv"
    rows = [f"{s},a,GET,/,{n}" for s, n in enumerate(traffic) if n and s >= WARM_UP]
    counts.write_text("\n".join(["second,host,method,path,requests", *rows]) + "\n")
    rule = SamplingRule(name="r", priority=1, fixed_rate=rate, reservoir_size=size)
    with read_counts(str(counts)) as logs:
        seconds = logs.coverage.seconds
        logs.decide(lambda _route: 0)
        load = Load(per_second=logs.per_second()[0], fresh=logs.fresh(processes)[0])
    return simulate([rule], [load], seconds=seconds, processes=processes).results[0]


@pytest.mark.parametrize("traffic", [EVEN, BURSTY], ids=["even", "bursty"])
@pytest.mark.parametrize("size", [1, 5, 6, 50])
@pytest.mark.parametrize("processes", [1, 2, 6, 12, 20])
def test_the_figure_is_that_of_the_sdks_reservoirs(
    tmp_path: Path, traffic: list[int], size: int, processes: int
) -> None:
    result = figure(traffic, tmp_path, size=size, rate=0, processes=processes)

    sampled = events_sampled(traffic, size=size, rate=0, processes=processes, seed=3)

    assert result.fewest <= sampled <= result.most
    # Which process gets a request is drawn: 1 200 seconds leave that much of it.
    assert sampled == pytest.approx(result.central, rel=0.05)


def test_the_fixed_rate_counts_for_what_the_reservoir_leaves(tmp_path: Path) -> None:
    result = figure(EVEN, tmp_path, size=6, rate=0.5, processes=12)

    sampled = events_sampled(EVEN, size=6, rate=0.5, processes=12, seed=4)

    assert sampled == pytest.approx(result.central, rel=0.02)


def test_rare_routes_borrow(tmp_path: Path) -> None:
    chance = random.Random(5)
    traffic = [int(chance.random() < 1 / 240) for _ in range(RARE_SECONDS)]
    requests = sum(traffic[WARM_UP:])

    result = figure(traffic, tmp_path, size=1, rate=0, processes=20)
    sampled = events_sampled(traffic, size=1, rate=0, processes=20, seed=6)

    assert sampled == pytest.approx(result.central, rel=0.03)
    # One process of twenty has the whole reservoir; were quotas all, it would be one in twenty.
    assert result.central > 0.9 * requests
    assert result.fewest <= sampled <= result.most


def test_the_range_is_one_process_against_all_alike() -> None:
    reservoirs = Reservoirs(size=7, processes=3)

    # Quotas 3, 2 and 2.
    assert reservoirs.fewest(10) == 2
    assert reservoirs.most(7) == 7
    assert reservoirs.most(2) == 2
    assert reservoirs.fewest(10) < reservoirs.central(10) < reservoirs.most(10)
    assert Reservoirs(size=0, processes=3).most(10) == 0


def test_counts_between_whole_numbers_lie_on_a_line() -> None:
    reservoirs = Reservoirs(size=4, processes=2)

    middle = reservoirs.central(2.25)

    assert middle == pytest.approx(0.75 * reservoirs.central(2) + 0.25 * reservoirs.central(3))


def test_large_reservoirs_and_bursts_are_counted_in_time() -> None:
    reservoirs = Reservoirs(size=2_000_000, processes=3)

    assert reservoirs.central(3_000_000) == pytest.approx(2_000_000, rel=1e-6)
    assert reservoirs.central(1_500_000) == pytest.approx(1_500_000, rel=1e-6)


def test_a_local_files_target_counts_for_each_process() -> None:
    rule = SamplingRule(name="r", priority=1, fixed_rate=0, reservoir_size=2)

    result = simulate(
        [rule], [Load(per_second={600: 10})], seconds=10, processes=6, per_process=True
    ).results[0]

    assert result.central == result.local == pytest.approx(120)
