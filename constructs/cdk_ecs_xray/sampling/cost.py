"""What recorded traces cost in a month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cdk_ecs_xray.sampling.prices import Prices

MILLION = 1_000_000
DEFAULT_DAYS = 31


@dataclass(frozen=True, kw_only=True)
class MonthlyCost:
    """The bill of one account and month, in US dollars.

    :param recorded: traces recorded by all that share the account.
    :param billed: of these, what the free tier leaves.
    :param recording: for the billed traces.
    :param insights: for traces of groups with insights, which have no free tier.
    :param scanning: for traces retrieved or scanned.
    """

    recorded: float
    billed: float
    recording: float
    insights: float
    scanning: float

    @property
    def total(self) -> float:
        """The sum, before tax."""
        return self.recording + self.insights + self.scanning


def monthly_cost(
    recorded: Iterable[float],
    *,
    prices: Prices,
    scanned: float = 0,
    with_insights: float = 0,
) -> MonthlyCost:
    """Return what one account pays in a month. The free tier counts once, however many share it.

    :param recorded: traces a month, one number for each environment or rule.
    :param scanned: traces retrieved or scanned, by the console too.
    :param with_insights: traces in groups with insights.
    """
    total = sum(recorded)
    billed = max(0.0, total - prices.free_recorded)
    return MonthlyCost(
        recorded=total,
        billed=billed,
        recording=billed * prices.recorded / MILLION,
        insights=with_insights * prices.insights / MILLION,
        scanning=max(0.0, scanned - prices.free_scanned) * prices.scanned / MILLION,
    )


def share_of_cost(recorded: float, total: MonthlyCost) -> float:
    """Return a rule's part of the bill for recording, in proportion to its traces."""
    return 0.0 if total.recorded == 0 else total.recording * recorded / total.recorded
