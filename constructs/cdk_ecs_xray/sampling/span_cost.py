"""What recorded traces cost in a month with Transaction Search, where each span is stored as a log.

Sampling is the same in both modes: what is not sampled is no span either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.plan.transaction_search import INDEXED_FREE
from cdk_ecs_xray.sampling.cost import MILLION
from cdk_ecs_xray.sampling.prices import SpanPrices

SPANS_PER_TRACE = 10
SPAN_BYTES = 1_000
"""No figure of AWS: a service's own span and a few calls of it, each with its attributes."""
_GIGABYTE = 1e9
_WHOLE = 100


@dataclass(frozen=True, kw_only=True)
class SpanSizes:
    """What traces consist of, and the share that X-Ray indexes, in per cent."""

    spans_per_trace: float = SPANS_PER_TRACE
    span_bytes: float = SPAN_BYTES
    indexing_percentage: float = INDEXED_FREE


@dataclass(frozen=True, kw_only=True)
class MonthlySpanCost:
    """The bill of one account and month, in US dollars.

    :param storing: of the spans as they arrive; keeping them longer is not in it.
    :param indexing: of the spans beyond the free share.
    :param insights: for indexed traces of groups with insights.
    """

    sizes: SpanSizes
    prices: SpanPrices
    spans: float
    gigabytes: float
    storing: float
    indexing: float
    insights: float

    @property
    def total(self) -> float:
        """The sum, before tax."""
        return self.storing + self.indexing + self.insights

    @property
    def sentence(self) -> str:
        """The cost in words, with what was assumed and whose prices they are."""
        return (
            f"with Transaction Search: {self.spans:,.0f} spans, {self.gigabytes:,.2f} GB at "
            f"{self.sizes.spans_per_trace:g} spans a trace and {self.sizes.span_bytes:,.0f} bytes "
            f"a span: ${self.storing:,.2f} for storing them, ${self.indexing:,.2f} for indexing "
            f"{self.sizes.indexing_percentage:g} %"
            + (f", ${self.insights:,.2f} for insights" if self.insights else "")
            + f", ${self.total:,.2f} in all; {self.whose_prices}"
        )

    @property
    def whose_prices(self) -> str:
        """Where the prices are from, in words."""
        marked = "" if self.prices.verified else ", unverified"
        return f"prices of {self.prices.as_of.isoformat()}, {self.prices.region}{marked}"

    def as_document(self) -> Mapping[str, Any]:
        """Return it for programs."""
        return {
            "indexing_percentage": self.sizes.indexing_percentage,
            "spans_per_trace": self.sizes.spans_per_trace,
            "span_bytes": self.sizes.span_bytes,
            "spans": self.spans,
            "gigabytes": self.gigabytes,
            "storing": self.storing,
            "indexing": self.indexing,
            "insights": self.insights,
            "total": self.total,
            "prices": {
                "region": self.prices.region,
                "as_of": self.prices.as_of.isoformat(),
                "verified": self.prices.verified,
            },
        }


def monthly_span_cost(
    recorded: float, *, prices: SpanPrices, sizes: SpanSizes, with_insights: float = 0
) -> MonthlySpanCost:
    """Return what one account pays in a month.

    :param recorded: traces a month, of all that share the account.
    :param with_insights: traces in groups with insights, of which these see the indexed share.
    """
    spans = recorded * sizes.spans_per_trace
    gigabytes = spans * sizes.span_bytes / _GIGABYTE
    billed = max(0.0, sizes.indexing_percentage - INDEXED_FREE) / _WHOLE
    analyzed = with_insights * sizes.indexing_percentage / _WHOLE
    return MonthlySpanCost(
        sizes=sizes,
        prices=prices,
        spans=spans,
        gigabytes=gigabytes,
        storing=_stored(gigabytes, prices),
        indexing=spans * billed * prices.indexed / MILLION,
        insights=analyzed * prices.insights / MILLION,
    )


def _stored(gigabytes: float, prices: SpanPrices) -> float:
    dollars = below = 0.0
    for up_to, price in prices.stored:
        dollars += max(0.0, min(gigabytes, up_to) - below) * price
        below = up_to
    return dollars
