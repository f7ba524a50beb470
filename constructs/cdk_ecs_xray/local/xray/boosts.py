"""Adaptive sampling: what services report of anomalies, and the rate they get for a while.

X-Ray picks the lowest rate up to the rule's MaxRate that catches anomalies, for up to one minute,
and none again before the rule's cooldown is over (developer guide, adaptive sampling). How it
works the rate out is not published: here it is the one at which a report's anomalies would have
been sampled once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdk_ecs_xray.local.xray.documents import Document, number, text, whole
from cdk_ecs_xray.local.xray.sampling_rules import SamplingRules

LASTS = 60
_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class _Boost:
    rate: float
    ends: int
    next_from: float


@dataclass(kw_only=True)
class SamplingBoosts:
    """The boosts of one account and region, by rule: its root services share one."""

    rules: SamplingRules
    clock: Callable[[], float]
    _boosts: dict[str, _Boost] = field(default_factory=dict)

    def report(self, documents: Sequence[Mapping[str, Any]]) -> None:
        """Take SamplingBoostStatisticsDocuments of rules that exist.

        :raises InvalidRequestError: a member is missing or has a wrong value.
        """
        for document in documents:
            self._take(document)

    def of(self, rule: str) -> Document | None:
        """A target's SamplingBoost; None while there is none."""
        boost = self._boosts.get(rule)
        if boost is None or boost.ends <= self.clock() or self._allowed(rule) is None:
            return None
        return {"BoostRate": boost.rate, "BoostRateTTL": boost.ends}

    def _take(self, document: Mapping[str, Any]) -> None:
        rule = text(document, "RuleName", longest=32, shortest=1)
        text(document, "ServiceName", longest=64)
        number(document, "Timestamp", lowest=0)
        anomalies = whole(document, "AnomalyCount", lowest=0)
        whole(document, "TotalCount", lowest=0)
        missed = anomalies - whole(document, "SampledAnomalyCount", lowest=0)
        allowed = self._allowed(rule)
        now = self.clock()
        known = self._boosts.get(rule)
        if allowed is None or missed <= 0 or (known is not None and now < known.next_from):
            return
        lowest = max(self.rules.existing(rule)["FixedRate"], 1 / anomalies)
        self._boosts[rule] = _Boost(
            rate=min(allowed["MaxRate"], lowest),
            ends=int(now) + LASTS,
            next_from=now + max(LASTS, allowed["CooldownWindowMinutes"] * _MINUTE),
        )

    def _allowed(self, rule: str) -> Document | None:
        found = self.rules.get(rule)
        return None if found is None else found.get("SamplingRateBoost")
