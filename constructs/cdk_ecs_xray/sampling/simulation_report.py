"""A simulation in text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.printable import json_text, markdown, markdown_code, printable
from cdk_ecs_xray.sampling.cost import MonthlyCost, share_of_cost
from cdk_ecs_xray.sampling.prices import Prices, SpanPrices
from cdk_ecs_xray.sampling.rules import SamplingRule
from cdk_ecs_xray.sampling.simulation import RuleResult, Simulation
from cdk_ecs_xray.sampling.span_cost import MonthlySpanCost, SpanSizes

HEADINGS = (
    "rule",
    "requests",
    "sampled",
    "rate",
    "borrowing",
    "local",
    "traces/month",
    "from-to",
    "$/month",
)


@dataclass(frozen=True, kw_only=True)
class SimulationReport:
    """Everything a simulation has to say.

    :param title: what was simulated.
    :param span_prices: with Transaction Search.
    :param notes: what to know about the traffic, malformed lines above all.
    :param unmatched: the most frequent routes that no rule matches, with their requests.
    :param against: the same traffic under other rules.
    :param against_label: what those are.
    :param elsewhere: traces a month that others record in the account.
    """

    title: str
    simulation: Simulation
    prices: Prices
    span_prices: SpanPrices
    span_sizes: SpanSizes
    notes: Sequence[str]
    unmatched: Sequence[tuple[str, int]]
    against: Simulation | None = None
    against_label: str = ""
    elsewhere: float = 0
    scanned: float = 0

    def cost_of(self, simulation: Simulation) -> MonthlyCost:
        """Return the account's bill under a simulation's rules."""
        return simulation.cost(self.prices, elsewhere=self.elsewhere, scanned=self.scanned)

    def span_cost_of(self, simulation: Simulation) -> MonthlySpanCost:
        """Return the same with Transaction Search."""
        return simulation.span_cost(self.span_prices, self.span_sizes, elsewhere=self.elsewhere)


def as_text(report: SimulationReport) -> str:
    """Return the report for a terminal, plain."""
    table = _rows(report)
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADINGS))]
    lines = [report.title, ""]
    for row in table:
        cells = [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row, widths, strict=True))]
        lines.append("  ".join([cells[0], *cells[2:]]).rstrip())
    lines += ["", *_sentences(report)]
    if report.unmatched:
        lines += ["", "most frequent routes without a rule of their own:"]
        lines += [f"  {count:>12,}  {route}" for route, count in report.unmatched]
    return "".join(f"{printable(line)}\n" for line in lines)


def as_markdown(report: SimulationReport) -> str:
    """Return the report for a pull request."""
    rows = _rows(report)
    lines = [
        f"### {markdown(report.title)}",
        "",
        _cells(rows[0]),
        "| --- |" + " ---: |" * (len(HEADINGS) - 1),
    ]
    lines += [_cells([markdown(row[0]), *row[1:]]) for row in rows[1:]]
    lines += ["", *(f"- {markdown(sentence)}" for sentence in _sentences(report))]
    if report.unmatched:
        lines += ["", "| route without a rule of its own | requests |", "| --- | ---: |"]
        lines += [
            f"| {_in_table(markdown_code(route))} | {count:,} |"
            for route, count in report.unmatched
        ]
    return "\n".join(lines) + "\n"


def as_json(report: SimulationReport) -> str:
    """Return the report for programs; its keys are API."""
    cost = report.cost_of(report.simulation)
    document: dict[str, Any] = {
        "title": report.title,
        "seconds": report.simulation.seconds,
        "days": report.simulation.days,
        "processes": report.simulation.processes,
        "rules": [_result(result, cost) for result in report.simulation.results],
        "traces_a_month": report.simulation.traces_a_month,
        "fewest_a_month": report.simulation.month[0],
        "most_a_month": report.simulation.month[1],
        "cost": _cost(cost),
        "transaction_search": report.span_cost_of(report.simulation).as_document(),
        "prices": {"region": report.prices.region, "as_of": report.prices.as_of.isoformat()},
        "notes": list(report.notes),
        "routes_without_rule": [{"route": r, "requests": n} for r, n in report.unmatched],
    }
    if report.against is not None:
        other = report.cost_of(report.against)
        document["against"] = {
            "label": report.against_label,
            "rules": [_result(result, other) for result in report.against.results],
            "traces_a_month": report.against.traces_a_month,
            "cost": _cost(other),
            "transaction_search": report.span_cost_of(report.against).as_document(),
        }
    return json_text(document) + "\n"


def _rows(report: SimulationReport) -> Sequence[Sequence[str]]:
    cost = report.cost_of(report.simulation)
    rows: list[Sequence[str]] = [HEADINGS]
    rows += [
        (
            result.rule.name,
            _count(result.requests),
            _count(result.sampled),
            f"{result.rate:.2%}",
            _count(result.borrowing),
            _count(result.local),
            _count(result.traces_a_month),
            _range(result.month),
            f"{share_of_cost(result.traces_a_month, cost):,.2f}",
        )
        for result in report.simulation.results
    ]
    results = report.simulation.results
    requests = sum(result.requests for result in results)
    central = sum(result.central for result in results)
    rows.append(
        (
            "all",
            _count(requests),
            _count(sum(result.sampled for result in results)),
            f"{central / requests if requests else 0:.2%}",
            _count(sum(result.borrowing for result in results)),
            _count(sum(result.local for result in results)),
            _count(report.simulation.traces_a_month),
            _range(report.simulation.month),
            f"{sum(share_of_cost(result.traces_a_month, cost) for result in results):,.2f}",
        )
    )
    return rows


def _sentences(report: SimulationReport) -> Sequence[str]:
    cost = report.cost_of(report.simulation)
    sentences = [
        f"{cost.recorded:,.0f} traces in {report.simulation.days:g} days, {cost.billed:,.0f} of "
        f"them billed: ${cost.recording:,.2f} for recording"
        + (f", ${cost.insights:,.2f} for insights" if report.simulation.insights else "")
        + (f", ${cost.scanning:,.2f} for scanning" if report.scanned else "")
        + f", ${cost.total:,.2f} in all",
        f"prices of {report.prices.as_of.isoformat()}, {report.prices.region}: "
        f"${report.prices.recorded:g} per million traces after "
        f"{report.prices.free_recorded:,} free a month and account",
        report.span_cost_of(report.simulation).sentence,
    ]
    if report.against is not None:
        other = report.cost_of(report.against)
        sentences.append(
            f"against {report.against_label}: traces a month "
            f"{_count(report.against.traces_a_month)} → {_count(report.simulation.traces_a_month)} "
            f"({_signed(report.simulation.traces_a_month - report.against.traces_a_month)}), "
            f"${other.total:,.2f} → ${cost.total:,.2f}, with Transaction Search "
            f"${report.span_cost_of(report.against).total:,.2f} → "
            f"${report.span_cost_of(report.simulation).total:,.2f}"
        )
        sentences += _changes(report.against.results, report.simulation.results)
    return [*sentences, *_boosts(report.simulation.results), *report.notes]


def _boosts(results: Sequence[RuleResult]) -> Iterator[str]:
    for result in results:
        boost = result.rule.sampling_rate_boost if isinstance(result.rule, SamplingRule) else None
        if boost is not None and result.boosted_a_month is not None:
            yield (
                f"{result.rule.name}: a boost adds 0 to {_count(result.boosted_a_month)} traces a "
                f"month: up to {boost.max_rate:.2%} for a minute, then a cooldown of "
                f"{boost.cooldown_window_minutes} minutes; not in the table or the price"
            )
    if any(result.boosted_a_month is not None for result in results):
        yield (
            "only ADOT for Java, Python and .NET report anomalies, and only with Application "
            "Signals on; with every other SDK a boost adds nothing"
        )


def _changes(before: Sequence[RuleResult], after: Sequence[RuleResult]) -> Sequence[str]:
    old = {result.rule.name: result.traces_a_month for result in before}
    new = {result.rule.name: result.traces_a_month for result in after}
    changes = [(name, new.get(name, 0) - old.get(name, 0)) for name in dict.fromkeys([*new, *old])]
    return [f"  {name}: {_signed(change)} traces a month" for name, change in changes if change]


def _result(result: RuleResult, cost: MonthlyCost) -> Mapping[str, Any]:
    return {
        "rule": result.rule.name,
        "requests": result.requests,
        "sampled": result.sampled,
        "expected": result.central,
        "rate": result.rate,
        "borrowing": result.borrowing,
        "local": result.local,
        "traces_a_month": result.traces_a_month,
        "fewest_a_month": result.month[0],
        "most_a_month": result.month[1],
        "most_boosted_a_month": result.boosted_a_month,
        "dollars_a_month": share_of_cost(result.traces_a_month, cost),
    }


def _cost(cost: MonthlyCost) -> Mapping[str, float]:
    return {
        "recorded": cost.recorded,
        "billed": cost.billed,
        "recording": cost.recording,
        "insights": cost.insights,
        "scanning": cost.scanning,
        "total": cost.total,
    }


def _cells(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _in_table(code: str) -> str:
    # The one place where a code span has an escape.
    return code.replace("|", "\\|")


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.2f}"  # noqa: PLR2004 - small counts keep their fraction


def _range(month: tuple[float, float]) -> str:
    fewest, most = map(_count, month)
    return fewest if fewest == most else f"{fewest}-{most}"


def _signed(value: float) -> str:
    return ("+" if value > 0 else "-" if value < 0 else "±") + _count(abs(value))
