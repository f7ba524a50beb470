from __future__ import annotations

from datetime import date

import pytest

from cdk_ecs_xray.sampling import SamplingRule
from cdk_ecs_xray.sampling.cost import monthly_cost, share_of_cost
from cdk_ecs_xray.sampling.prices import PRICES, prices_in
from cdk_ecs_xray.sampling.simulation import Load, simulate

US_EAST_1 = prices_in("us-east-1")


def test_awss_worked_example_costs_24_cents() -> None:
    # X-Ray pricing page: 2 000 requests an hour, 10 % sampled, 31 days.
    rule = SamplingRule(name="r", priority=1, fixed_rate=0.1)
    simulation = simulate(
        [rule],
        [Load(per_second={2_000 / 3_600: 1}, steady=True)],
        seconds=1,
        processes=1,
        days=31,
    )
    cost = simulation.cost(US_EAST_1)

    assert cost.recorded == pytest.approx(148_800)
    assert cost.billed == pytest.approx(48_800)
    assert f"{cost.total:.2f}" == "0.24"


def test_the_free_tier_counts_once_for_all_environments_of_an_account() -> None:
    together = monthly_cost([80_000, 80_000, 40_000], prices=US_EAST_1)

    assert together.billed == 100_000
    assert together.total == pytest.approx(0.5)
    assert monthly_cost([80_000], prices=US_EAST_1).total == 0


def test_scanning_has_a_free_tier_and_insights_have_none() -> None:
    cost = monthly_cost([0], prices=US_EAST_1, scanned=3_000_000, with_insights=500_000)

    assert cost.scanning == pytest.approx(1.0)
    assert cost.insights == pytest.approx(0.5)
    assert cost.total == pytest.approx(1.5)


def test_rules_share_the_bill_by_their_traces() -> None:
    cost = monthly_cost([300_000, 100_000], prices=US_EAST_1)

    assert share_of_cost(300_000, cost) == pytest.approx(1.125)
    assert share_of_cost(100_000, cost) == pytest.approx(0.375)
    assert share_of_cost(0, monthly_cost([0], prices=US_EAST_1)) == 0


def test_prices_are_dated_and_unknown_regions_get_the_first_ones() -> None:
    assert all(prices.as_of >= date(2026, 1, 1) for prices in PRICES.values())
    assert prices_in("eu-west-9") == US_EAST_1
