from __future__ import annotations

from datetime import date

import pytest

from cdk_ecs_xray.sampling import SamplingRule
from cdk_ecs_xray.sampling.cost import monthly_cost, share_of_cost
from cdk_ecs_xray.sampling.prices import PRICES, SPAN_PRICES, prices_in, span_prices_in
from cdk_ecs_xray.sampling.simulation import Load, simulate
from cdk_ecs_xray.sampling.span_cost import SpanSizes, monthly_span_cost

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


@pytest.mark.parametrize(
    ("gigabytes", "dollars"),
    # $0.35 a gigabyte to 10 TB, $0.20 for the next 20 TB, $0.15 beyond.
    [(0, 0), (100, 35), (10_000, 3_500), (20_000, 5_500), (30_000, 7_500), (31_000, 7_650)],
)
def test_spans_are_stored_by_the_gigabyte_in_tiers(gigabytes: float, dollars: float) -> None:
    cost = monthly_span_cost(
        gigabytes * 1e9 / 4_000,
        prices=span_prices_in("us-east-1"),
        sizes=SpanSizes(spans_per_trace=4, span_bytes=1_000),
    )

    assert cost.gigabytes == pytest.approx(gigabytes)
    assert cost.storing == pytest.approx(dollars)
    assert cost.total == cost.storing


@pytest.mark.parametrize(("percentage", "dollars"), [(0, 0), (1, 0), (11, 0.75), (100, 7.425)])
def test_one_per_cent_of_spans_is_indexed_free(percentage: float, dollars: float) -> None:
    # Ten million spans, $0.75 for each million that is indexed.
    sizes = SpanSizes(spans_per_trace=10, span_bytes=1, indexing_percentage=percentage)
    cost = monthly_span_cost(1_000_000, prices=span_prices_in("us-east-1"), sizes=sizes)

    assert cost.indexing == pytest.approx(dollars)


def test_insights_see_the_indexed_share_of_traces() -> None:
    sizes = SpanSizes(span_bytes=1, indexing_percentage=50)
    prices = span_prices_in("us-east-1")
    cost = monthly_span_cost(2_000_000, prices=prices, sizes=sizes, with_insights=2_000_000)

    assert cost.insights == pytest.approx(1.0)
    assert "$1.00 for insights" in cost.sentence


def test_prices_that_no_price_list_of_aws_has_are_marked_wherever_they_are_shown() -> None:
    cost = monthly_span_cost(1, prices=span_prices_in("eu-west-9"), sizes=SpanSizes())

    assert not any(prices.verified for prices in SPAN_PRICES.values())
    assert cost.sentence.endswith("prices of 2026-11-26, us-east-1, unverified")
    assert cost.as_document()["prices"]["verified"] is False
