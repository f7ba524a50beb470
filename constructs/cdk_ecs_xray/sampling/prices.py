"""What X-Ray charges, by region and date, without and with Transaction Search.

Source of X-Ray's own prices: the AWS X-Ray pricing page. Those of Transaction Search were not found
in a price list of AWS, so they are marked as unverified wherever they are shown. Regions that are
not listed are priced as us-east-1, which a report says; options override any of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Prices:
    """US dollars per million, and what is free every month in each account.

    :param as_of: when the price was looked up.
    :param region: which region's they are.
    """

    as_of: date
    region: str
    recorded: float
    scanned: float
    insights: float
    free_recorded: int = 100_000
    free_scanned: int = 1_000_000


PRICES: Mapping[str, Prices] = {
    DEFAULT_REGION: Prices(
        as_of=date(2026, 11, 1), region=DEFAULT_REGION, recorded=5.0, scanned=0.5, insights=1.0
    )
}


def prices_in(region: str) -> Prices:
    """Return the prices of a region, or those of us-east-1 where the table has none."""
    return PRICES.get(region, PRICES[DEFAULT_REGION])


@dataclass(frozen=True, kw_only=True)
class SpanPrices:
    """US dollars with Transaction Search on, where spans are stored by size and some are indexed.

    :param stored: dollars a gigabyte, each up to how many gigabytes a month.
    :param indexed: per million spans that X-Ray indexes beyond 1 %, which AWS's user guide has as
        free.
    :param insights: per million traces, of the indexed ones.
    :param verified: whether a price list of AWS has them.
    """

    as_of: date
    region: str
    stored: Sequence[tuple[float, float]]
    indexed: float
    insights: float
    verified: bool


SPAN_PRICES: Mapping[str, SpanPrices] = {
    DEFAULT_REGION: SpanPrices(
        as_of=date(2026, 11, 26),
        region=DEFAULT_REGION,
        stored=((10_000, 0.35), (30_000, 0.2), (math.inf, 0.15)),
        indexed=0.75,
        insights=1.0,
        verified=False,
    )
}


def span_prices_in(region: str) -> SpanPrices:
    """Return the prices of spans in a region, or those of us-east-1 where the table has none."""
    return SPAN_PRICES.get(region, SPAN_PRICES[DEFAULT_REGION])
