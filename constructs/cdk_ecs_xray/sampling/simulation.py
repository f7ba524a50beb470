"""What a set of rules would have recorded of given traffic."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdk_ecs_xray.sampling.cost import DEFAULT_DAYS, MonthlyCost, monthly_cost
from cdk_ecs_xray.sampling.decisions import Reservoirs, draw_binomial
from cdk_ecs_xray.sampling.prices import Prices, SpanPrices
from cdk_ecs_xray.sampling.rules import DefaultRule, SamplingRule
from cdk_ecs_xray.sampling.span_cost import MonthlySpanCost, SpanSizes, monthly_span_cost

_DAY = 86_400
AnyRule = SamplingRule | DefaultRule


@dataclass(frozen=True, kw_only=True)
class Load:
    """The requests that one rule decides about.

    :param per_second: in how many seconds how many came; a rate has one entry of its own.
    :param fresh: for seconds with so many, how likely a process had a quota; the default is 1.
    :param steady: the same every second, spread evenly over the processes.
    """

    per_second: Mapping[float, int] | Mapping[int, int]
    fresh: Mapping[Any, float] = field(default_factory=dict)
    steady: bool = False

    @property
    def requests(self) -> float:
        """All of them."""
        return sum(count * seconds for count, seconds in self.per_second.items())


@dataclass(frozen=True, kw_only=True)
class RuleResult:
    """What one rule records.

    :param requests: that it decides about.
    :param sampled: of them, in one run with the seed, with X-Ray's quota.
    :param central: expected with X-Ray's quotas; of an SDK's local rules, with that file.
    :param fewest: of ``central``, if one process got all requests and its quota is rounded down.
    :param most: of ``central``, if each process got as many requests as every other.
    :param borrowing: expected while processes borrow.
    :param local: expected with the exported local file.
    :param traces_a_month: ``central``, extrapolated.
    :param scale: of the extrapolation.
    """

    rule: AnyRule
    requests: float
    sampled: float
    central: float
    fewest: float
    most: float
    borrowing: float
    local: float
    traces_a_month: float
    scale: float

    @property
    def month(self) -> tuple[float, float]:
        """The fewest and the most traces a month."""
        return self.fewest * self.scale, self.most * self.scale

    @property
    def boosted_a_month(self) -> float | None:
        """The most traces a month that a boost can add; None for a rule without one.

        A boost lasts up to a minute and is followed by its cooldown. That is the bound of even
        traffic whose anomalies never end; bursts of them at peaks can exceed it.
        Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-adaptive-sampling.html
        """
        boost = self.rule.sampling_rate_boost if isinstance(self.rule, SamplingRule) else None
        if boost is None:
            return None
        more = boost.max_rate - self.rule.fixed_rate
        if more <= 0:
            return 0.0
        beyond_reservoir = (self.requests - self.central) / (1 - self.rule.fixed_rate)
        return beyond_reservoir * more * self.scale / (1 + boost.cooldown_window_minutes)

    @property
    def rate(self) -> float:
        """The share of requests that is recorded."""
        return 0.0 if self.requests == 0 else self.central / self.requests


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What all rules of a file record.

    :param results: by rule, in the order X-Ray tries them; the Default rule last.
    :param seconds: how long the traffic lasted.
    :param days: of the month that counts are extrapolated to.
    """

    results: Sequence[RuleResult]
    seconds: float
    days: float
    processes: int
    insights: bool

    @property
    def traces_a_month(self) -> float:
        """Of all rules."""
        return sum(result.traces_a_month for result in self.results)

    @property
    def month(self) -> tuple[float, float]:
        """The fewest and the most traces a month, of all rules."""
        months = [result.month for result in self.results]
        return sum(fewest for fewest, _ in months), sum(most for _, most in months)

    def cost(self, prices: Prices, *, elsewhere: float = 0, scanned: float = 0) -> MonthlyCost:
        """Return the month's bill of the account.

        :param elsewhere: traces a month that others record in the same account.
        """
        return monthly_cost(
            [self.traces_a_month, elsewhere],
            prices=prices,
            scanned=scanned,
            with_insights=self.traces_a_month if self.insights else 0,
        )

    def span_cost(
        self, prices: SpanPrices, sizes: SpanSizes, *, elsewhere: float = 0
    ) -> MonthlySpanCost:
        """Return the month's bill of the account with Transaction Search.

        :param elsewhere: traces a month that others record in the same account.
        """
        return monthly_span_cost(
            self.traces_a_month + elsewhere,
            prices=prices,
            sizes=sizes,
            with_insights=self.traces_a_month if self.insights else 0,
        )


def simulate(
    rules: Sequence[AnyRule],
    loads: Sequence[Load],
    *,
    seconds: float,
    processes: int,
    days: float = DEFAULT_DAYS,
    seed: int = 0,
    insights: bool = False,
    per_process: bool = False,
    borrows: bool = False,
) -> Simulation:
    """Return what each rule records of its load.

    :param rules: in the order X-Ray tries them, the Default rule last.
    :param loads: one for each rule.
    :param seconds: how long the traffic lasted, which is extrapolated to ``days``.
    :param seed: of the draws; equal seeds give equal results.
    :param per_process: the rules are an SDK's local ones: they decide without X-Ray, and their
        reservoirs are those of every process.
    :param borrows: X-Ray's quotas never reach the SDK, so that processes borrow for good.
    """
    chance = random.Random(seed)  # noqa: S311 - a simulation, no secret
    scale = days * _DAY / seconds
    results = []
    for rule, load in zip(rules, loads, strict=True):
        reservoirs = Reservoirs(
            size=rule.reservoir_size, processes=processes, per_process=per_process
        )
        taken = _taken(reservoirs, load)
        if borrows and not per_process:
            taken |= _borrowed_for_good(reservoirs, load)
        total = load.requests
        expected = {k: first + rule.fixed_rate * (total - first) for k, first in taken.items()}
        first = round(taken["central"])
        sampled = first + draw_binomial(chance, round(total) - first, rule.fixed_rate)
        results.append(
            RuleResult(
                rule=rule,
                requests=total,
                sampled=expected["central"] if load.steady else sampled,
                traces_a_month=expected["central"] * scale,
                scale=scale,
                **expected,
            )
        )
    return Simulation(
        results=results, seconds=seconds, days=days, processes=processes, insights=insights
    )


def _borrowed_for_good(reservoirs: Reservoirs, load: Load) -> dict[str, float]:
    """Return what is taken without quotas: by one process that gets all, by processes alike."""
    one = min(reservoirs.size, 1)
    fewest = most = central = 0.0
    for requests, lasting in load.per_second.items():
        fewest += lasting * min(requests, one)
        most += lasting * min(requests, one * reservoirs.processes)
        central += lasting * reservoirs.borrowed(requests, steady=load.steady)
    return {"central": central, "fewest": min(fewest, central), "most": max(most, central)}


def _taken(reservoirs: Reservoirs, load: Load) -> dict[str, float]:
    """Return what of a load the reservoirs take, by the state that the SDK is in."""
    steady = load.steady
    taken = dict.fromkeys(("central", "fewest", "most", "borrowing", "local"), 0.0)
    for requests, lasting in load.per_second.items():
        taken["borrowing"] += lasting * reservoirs.borrowed(requests, steady=steady)
        taken["local"] += lasting * reservoirs.local(requests, steady=steady)
        if reservoirs.per_process:
            taken["fewest"] += lasting * min(requests, reservoirs.fixed_target)
            taken["most"] += lasting * reservoirs.local(requests, steady=True)
            continue
        fresh = load.fresh.get(requests, 1.0)
        taken["central"] += lasting * reservoirs.central(requests, fresh=fresh, steady=steady)
        taken["fewest"] += lasting * reservoirs.fewest(requests)
        taken["most"] += lasting * reservoirs.most(requests, fresh=fresh)
    if reservoirs.per_process:
        taken["central"] = taken["local"]
    # Borrowing of a rare route can be more than its quota, or less than a large one.
    return taken | {
        "fewest": min(taken["fewest"], taken["central"]),
        "most": max(taken["most"], taken["central"]),
    }
