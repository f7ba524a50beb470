"""The texts, links, filters and queries of the dashboard. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cdk_ecs_xray.cdk.console import (
    log_group_url,
    matching_traces_url,
    sampling_url,
    trace_map_url,
    traces_url,
)
from cdk_ecs_xray.collectors.log_lines import COUNTED_TERMS
from cdk_ecs_xray.plan.trace_groups import TRACE_KINDS
from cdk_ecs_xray.sampling import SamplingRule

_LINES = 20


def group_expression(kind: str, services: Sequence[str], *, slow_seconds: float) -> str:
    """Return the filter expression of a group, in the grammar of X-Ray's developer guide."""
    condition = TRACE_KINDS[kind].format(slow_seconds=slow_seconds)
    suffix = f" {{ {condition} }}" if condition else ""
    return " OR ".join(f'service("{name}"){suffix}' for name in services)


def links_text(
    environment: str,
    services: Iterable[tuple[str, str | None, str | None]],
    *,
    region: str,
    partition: str,
) -> str:
    """Return links from the map to the traces and logs of each service, in Markdown.

    :param services: name, log group of the collector, log group of the app.
    """

    def log_link(label: str, name: str | None) -> str:
        if name is None:
            return ""
        return f"[{label}]({log_group_url(name, region=region, partition=partition)})"

    def trace_link(label: str, expression: str) -> str:
        url = matching_traces_url(expression, region=region, partition=partition)
        return f"[{label}]({url})"

    lines = [
        f"# Tracing of {environment}",
        f"[Trace map]({trace_map_url(region=region, partition=partition)}) | "
        f"[Sampling rules]({sampling_url(region=region, partition=partition)})",
        "",
        "service | traces | faults | errors | app's log | collector's log",
        "--- | --- | --- | --- | --- | ---",
    ]
    for name, collector, app in services:
        all_traces = traces_url(name, region=region, partition=partition)
        lines.append(
            f"{name} | [traces]({all_traces}) | "
            f"{trace_link('faults', _only('fault', name))} | "
            f"{trace_link('errors', _only('error', name))} | "
            f"{log_link('log', app)} | {log_link('log', collector)}"
        )
    return "\n".join(lines)


def _only(kind: str, service: str) -> str:
    return group_expression(kind, [service], slow_seconds=1)


def sampling_text(rules: Mapping[str, SamplingRule]) -> str:
    """Return the rules in the order in which X-Ray tries them, in Markdown."""
    ordered = sorted(rules.items(), key=lambda one: (one[1].priority, one[0]))
    return "\n".join(
        [
            "## Sampling",
            "priority | rule | route | always, per second | of the rest",
            "--- | --- | --- | --- | ---",
            *(
                f"{rule.priority} | {name} | `{rule.http_method} {rule.host} {rule.url_path}` | "
                f"{rule.reservoir_size} | {rule.fixed_rate * 100:g} %"
                for name, rule in ordered
            ),
        ]
    )


def collector_trouble_query() -> Sequence[str]:
    """Return a Logs Insights query for the lines of a collector that mean trouble."""
    terms = [term for counted in COUNTED_TERMS.values() for term in counted]
    conditions = " or ".join(f'@message like "{term}"' for term in terms)
    return (
        "fields @timestamp, @logStream, @message",
        f"filter {conditions}",
        "sort @timestamp desc",
        f"limit {_LINES}",
    )


def trace_lines_query() -> Sequence[str]:
    """Return a Logs Insights query for lines with a trace id, in X-Ray's form or W3C's."""
    return (
        "fields @timestamp, @log, @message",
        "filter @message like /1-[0-9a-f]{8}-[0-9a-f]{24}/ or @message like /trace_?[iI]d/",
        "sort @timestamp desc",
        f"limit {_LINES}",
    )
