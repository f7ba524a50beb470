"""Simulated counts against the SDK's own reservoirs and rates, run on the same timed requests."""
# ruff: noqa: S311 - seeded draws, no secrets

from __future__ import annotations

import random
from collections import Counter
from math import sqrt

import pytest
from aws_xray_sdk.core.sampling.local.sampler import LocalSampler
from aws_xray_sdk.core.sampling.reservoir import ReservoirDecision
from aws_xray_sdk.core.sampling.sampling_rule import SamplingRule as SdkRule

from cdk_ecs_xray.sampling import SamplingRule
from cdk_ecs_xray.sampling.decisions import Reservoirs, draw_binomial
from cdk_ecs_xray.sampling.local_rules import local_rules
from cdk_ecs_xray.sampling.rules import DefaultRule
from cdk_ecs_xray.sampling.simulation import Load, RuleResult, simulate

SECONDS = 3_000
START = 1_800_000_000
# Five standard deviations: a right count is outside once in two million runs, and the seeds are
# fixed, so that run is the same every time.
SIGMAS = 5

CASES = [
    pytest.param(rate, size, processes, mean, id=f"{rate}-{size}-{processes}-{mean}")
    for rate, size, processes, mean in [
        (0.05, 1, 1, 3),
        (0.5, 0, 4, 5),
        (0.1, 5, 6, 20),
        (0.0, 2, 3, 4),
        (1.0, 3, 2, 6),
        (0.25, 10, 2, 3),
    ]
]


def arrivals(mean: float, processes: int, seed: int) -> list[list[int]]:
    """The process that gets each request, by second."""
    chance = random.Random(seed)
    return [
        [chance.randrange(processes) for _ in range(int(chance.expovariate(1 / mean)))]
        for _ in range(SECONDS)
    ]


def borrowed_count(rule: SamplingRule, traffic: list[list[int]], processes: int) -> int:
    """Run the SDK's decision, DefaultSampler._process_matched_rule, before any quota came."""
    chance = random.Random(99)
    clients = [
        SdkRule(rule.name, rule.priority, rule.fixed_rate, rule.reservoir_size)
        for _ in range(processes)
    ]
    sampled = 0
    for second, requests in enumerate(traffic):
        for process in requests:
            client = clients[process]
            decision = client.reservoir.borrow_or_take(START + second, client.can_borrow)
            sampled += decision is ReservoirDecision.BORROW or chance.random() <= client.rate
    return sampled


def local_count(
    rule: SamplingRule, traffic: list[list[int]], processes: int, monkeypatch: pytest.MonkeyPatch
) -> int:
    now = START
    monkeypatch.setattr(
        "aws_xray_sdk.core.sampling.local.reservoir.time.time", lambda: now, raising=True
    )
    document = local_rules([rule], DefaultRule(), processes=processes)
    clients = [LocalSampler(document) for _ in range(processes)]
    for number, client in enumerate(clients):
        client._random = random.Random(number)
    sampled = 0
    for second, requests in enumerate(traffic):
        now = START + second
        sampled += sum(bool(clients[process].should_trace({"path": "/"})) for process in requests)
    return sampled


def expected(rule: SamplingRule, traffic: list[list[int]], processes: int) -> RuleResult:
    counts = Counter(len(requests) for requests in traffic if requests)
    simulation = simulate(
        [rule], [Load(per_second=counts)], seconds=SECONDS, processes=processes, seed=7
    )
    return simulation.results[0]


def bound(rule: SamplingRule, requests: float, *, random_processes: bool) -> float:
    """Of the draws by rate; where requests fall on processes at random, of these too."""
    spread = rule.fixed_rate * (1 - rule.fixed_rate) + (0.25 if random_processes else 0)
    return SIGMAS * sqrt(requests * spread) + 1e-6


@pytest.mark.parametrize(("rate", "size", "processes", "mean"), CASES)
def test_the_borrowing_count_is_the_sdks(
    rate: float, size: int, processes: int, mean: float
) -> None:
    rule = SamplingRule(name="r", priority=1, fixed_rate=rate, reservoir_size=size)
    traffic = arrivals(mean, processes, seed=2)
    result = expected(rule, traffic, processes)

    counted = borrowed_count(rule, traffic, processes)

    assert abs(counted - result.borrowing) <= bound(
        rule, result.requests, random_processes=processes > 1 and size > 0
    )


@pytest.mark.parametrize(("rate", "size", "processes", "mean"), CASES)
def test_the_local_count_is_the_local_samplers(
    rate: float, size: int, processes: int, mean: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = SamplingRule(name="r", priority=1, fixed_rate=rate, reservoir_size=size)
    traffic = arrivals(mean, processes, seed=3)
    result = expected(rule, traffic, processes)

    counted = local_count(rule, traffic, processes, monkeypatch)

    assert abs(counted - result.local) <= bound(
        rule, result.requests, random_processes=processes > 1 and size > 0
    )


def test_steady_traffic_follows_the_formulas() -> None:
    # λ = 40, R = 10, p = 0.1, N = 6: 10 + 0.1·30, and 6·(1 + 0.1·(40/6 - 1)).
    reservoirs = Reservoirs(size=10, processes=6)
    central = reservoirs.central(40, steady=True)
    assert central + 0.1 * (40 - central) == pytest.approx(13)
    borrowed = reservoirs.borrowed(40, steady=True)
    assert borrowed + 0.1 * (40 - borrowed) == pytest.approx(6 * (1 + 0.1 * (40 / 6 - 1)))
    # ceil(10 / 6) = 2 for each of the six.
    assert reservoirs.local(40, steady=True) == pytest.approx(12)
    assert reservoirs.borrowed(3, steady=True) == pytest.approx(3)


@pytest.mark.parametrize(("trials", "share"), [(50, 0.3), (10_000, 0.05), (1_000_000, 0.5)])
def test_draws_have_the_mean_and_spread_of_a_binomial(trials: int, share: float) -> None:
    chance = random.Random(5)
    draws = [draw_binomial(chance, trials, share) for _ in range(2_000)]
    mean = sum(draws) / len(draws)
    variance = sum((draw - mean) ** 2 for draw in draws) / len(draws)

    true = trials * share * (1 - share)
    assert abs(mean - trials * share) <= SIGMAS * sqrt(true / len(draws))
    assert 0.8 * true <= variance <= 1.2 * true


@pytest.mark.parametrize(("trials", "share", "drawn"), [(1000, 0, 0), (1000, 1, 1000), (0, 0.5, 0)])
def test_draws_without_chance(trials: int, share: float, drawn: int) -> None:
    assert draw_binomial(random.Random(1), trials, share) == drawn


def test_equal_seeds_give_equal_results_and_others_do_not() -> None:
    rule = SamplingRule(name="r", priority=1, fixed_rate=0.5)

    def sampled(seed: int) -> float:
        load = Load(per_second={100: 1000})
        return simulate([rule], [load], seconds=1000, processes=1, seed=seed).results[0].sampled

    assert sampled(1) == sampled(1)
    assert len({sampled(seed) for seed in range(10)}) > 1
