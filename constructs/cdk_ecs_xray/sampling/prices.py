"""What X-Ray charges, by region and date.

Source: the AWS X-Ray pricing page. Regions that are not listed are priced as us-east-1, which a
report says; ``--price-per-million`` overrides any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
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
