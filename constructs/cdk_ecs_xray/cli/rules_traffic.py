"""Runs a simulation as the command line asks for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from cdk_ecs_xray.cli.atomic_file import write_atomically
from cdk_ecs_xray.cli.rules_notes import other_sdks, request_of, traffic_notes
from cdk_ecs_xray.cli.rules_progress import log_progress
from cdk_ecs_xray.cli.rules_request import (
    RulesInOrder,
    SimulationRequest,
    prices_asked,
    read_against,
    read_rules,
    span_prices_asked,
    span_sizes_asked,
)
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.printable import counted, printable
from cdk_ecs_xray.sampling.chart import traces_chart
from cdk_ecs_xray.sampling.decisions import Reservoirs
from cdk_ecs_xray.sampling.prices import prices_in
from cdk_ecs_xray.sampling.route_decider import RouteDecider
from cdk_ecs_xray.sampling.sdks import SDKS, USUAL, Sdk, deciding_rule_with
from cdk_ecs_xray.sampling.simulation import Load, Simulation, simulate
from cdk_ecs_xray.sampling.simulation_report import SimulationReport, as_json, as_markdown, as_text
from cdk_ecs_xray.sampling.traffic.access_logs import AccessLogs, Route
from cdk_ecs_xray.sampling.traffic.athena import athena_query
from cdk_ecs_xray.sampling.traffic.log_files import in_short
from cdk_ecs_xray.sampling.traffic.log_reader import read_access_logs, read_counts
from cdk_ecs_xray.sampling.traffic.profile import TrafficProfile

_SHOWN_ROUTES = 10
_WRITERS = {"text": as_text, "json": as_json, "markdown": as_markdown}


def print_athena_query(log_format: str, table: str | None) -> str:
    """Return the query for logs in S3; ``auto`` takes those of load balancers."""
    return athena_query("alb" if log_format == "auto" else log_format, table)


def run(asked: SimulationRequest) -> str:
    """Simulate and return the report.

    :raises EcsXRayError: for files and options that can't be used.
    """
    _require_one_source(asked)
    rules = read_rules(asked, asked.rules_file, str(asked.rules_file))
    against = None if asked.against is None else read_against(asked, asked.against)
    if asked.logs or asked.from_counts is not None:
        report = _of_logs(asked, rules, against)
    else:
        report = _of_profile(asked, rules, against)
    return _WRITERS[asked.output](report)


def _require_one_source(asked: SimulationRequest) -> None:
    sources = {
        "log files": bool(asked.logs),
        "--from-counts": asked.from_counts is not None,
        "--traffic": asked.traffic is not None,
    }
    passed = [name for name, is_passed in sources.items() if is_passed]
    if len(passed) > 1:
        raise ConfigurationError(
            Problem(
                where="rules simulate",
                what=f"{' and '.join(passed)} cannot be combined",
                fix="Keep one.",
            )
        )
    if not passed and asked.rps is None:
        raise ConfigurationError(
            Problem(
                where="rules simulate",
                what="traffic is required",
                fix="Pass log files, or one of --from-counts, --traffic, --rps.",
            )
        )


def _of_logs(
    asked: SimulationRequest, rules: RulesInOrder, against: RulesInOrder | None
) -> SimulationReport:
    with _opened(asked) as logs:
        other = None if against is None else _simulated(asked, against, logs)
        simulation = _simulated(asked, rules, logs)
        notes = [*traffic_notes(logs, asked), *other_sdks(logs, asked, rules), *_notes(asked)]
        unmatched = [
            (printable(f"{route.method} {route.host or ''}{route.path}"), came)
            for route, came in logs.busiest(len(rules.rules), _SHOWN_ROUTES)
        ]
        if asked.chart is not None:
            _draw(asked, asked.chart, rules, logs)
    return SimulationReport(
        title=f"{rules.label}: traces of {in_short(asked.logs or [str(asked.from_counts)])}",
        simulation=simulation,
        prices=prices_asked(asked),
        span_prices=span_prices_asked(asked),
        span_sizes=span_sizes_asked(asked),
        notes=notes,
        unmatched=unmatched,
        against=other,
        against_label="" if against is None else against.label,
        elsewhere=asked.traces_elsewhere,
        scanned=asked.traces_scanned,
    )


def _opened(asked: SimulationRequest) -> AbstractContextManager[AccessLogs]:
    if asked.from_counts is not None:
        return read_counts(asked.from_counts)
    return read_access_logs(
        asked.logs,
        log_format=asked.log_format,
        fields=asked.field_names,
        host=asked.host,
        queries=_sdk(asked).keeps_query,
        watch=log_progress(),
    )


def _simulated(asked: SimulationRequest, rules: RulesInOrder, logs: AccessLogs) -> Simulation:
    covered = logs.coverage.seconds
    logs.decide(_decider(asked, rules))
    seconds = logs.per_second()
    scale = 1.0
    if asked.rps is not None:
        requests = sum(n * lasting for rule in seconds.values() for n, lasting in rule.items())
        scale = asked.rps * covered / requests
    fresh = logs.fresh(asked.processes, scale)
    loads = [
        Load(
            per_second={n * scale: lasting for n, lasting in seconds.get(place, {}).items()},
            fresh={n * scale: chance for n, chance in fresh.get(place, {}).items()},
        )
        for place in range(len(rules.in_order))
    ]
    return _run(asked, rules, loads, covered)


def _decider(asked: SimulationRequest, rules: RulesInOrder) -> Callable[[Route], int]:
    sdk = _sdk(asked)
    if sdk.matches_as_usual:
        prepared = RouteDecider(rules.rules, asked.request)
        return lambda route: prepared.decide(route.host, route.method, route.path)
    places = {rule.name: place for place, rule in enumerate(rules.in_order)}

    def decide(route: Route) -> int:
        request = request_of(route, asked.request)
        return places[deciding_rule_with(rules.rules, rules.default, request, sdk).name]

    return decide


def _run(
    asked: SimulationRequest, rules: RulesInOrder, loads: Sequence[Load], seconds: float
) -> Simulation:
    return simulate(
        rules.in_order,
        loads,
        seconds=seconds,
        processes=asked.processes,
        days=asked.days,
        seed=asked.seed,
        insights=rules.insights,
        per_process=rules.per_process,
        borrows=not _sdk(asked).takes_quotas,
    )


def _sdk(asked: SimulationRequest) -> Sdk:
    return SDKS[asked.sdk or USUAL]


def _of_profile(
    asked: SimulationRequest, rules: RulesInOrder, against: RulesInOrder | None
) -> SimulationReport:
    if asked.traffic is None:
        profile = TrafficProfile.spread_over(rules.rules, asked.rps or 0)
        source = f"{asked.rps:g} requests a second, spread evenly over {len(profile.routes)} routes"
        notes = [f"traffic: {source}; name LOGs or --traffic for your own mix"]
    else:
        profile = TrafficProfile.from_file(asked.traffic)
        total = sum(route.requests_per_second for route in profile.routes)
        if asked.rps is not None and total:
            profile = profile.scaled(asked.rps / total)
            total = asked.rps
        notes = [f"traffic: {total:g} requests a second of {asked.traffic}"]
        source = str(asked.traffic)
    loads = _profile_loads(asked, rules, profile)
    other = None if against is None else _profile_loads(asked, against, profile)
    return SimulationReport(
        title=f"{rules.label}: traces of {source}",
        simulation=_run(asked, rules, loads, 1),
        prices=prices_asked(asked),
        span_prices=span_prices_asked(asked),
        span_sizes=span_sizes_asked(asked),
        notes=[*notes, *_notes(asked)],
        unmatched=[],
        against=None if against is None or other is None else _run(asked, against, other, 1),
        against_label="" if against is None else against.label,
        elsewhere=asked.traces_elsewhere,
        scanned=asked.traces_scanned,
    )


def _profile_loads(
    asked: SimulationRequest, rules: RulesInOrder, profile: TrafficProfile
) -> Sequence[Load]:
    rates = dict.fromkeys((rule.name for rule in rules.in_order), 0.0)
    for route in profile.routes:
        known = route.request
        request = dataclasses.replace(
            known,
            service_name=known.service_name or asked.service,
            service_type=asked.service_type,
        )
        decided = deciding_rule_with(rules.rules, rules.default, request, _sdk(asked))
        rates[decided.name] += route.requests_per_second
    return [Load(per_second={rate: 1}, steady=True) for rate in rates.values()]


def _notes(asked: SimulationRequest) -> Iterable[str]:
    yield (
        "requests are taken as root requests of "
        f"{counted(asked.processes, 'process', 'es')}; " + _about_borrowing(asked)
    )
    if prices_in(asked.region).region != asked.region:
        yield (
            f"no prices of {asked.region} are known here, so those of "
            f"{prices_in(asked.region).region} are used; --price-per-million overrides them"
        )


def _about_borrowing(asked: SimulationRequest) -> str:
    if not _sdk(asked).takes_quotas:
        return (
            f"X-Ray's quotas never reach the SDK of {asked.sdk}, so the figures are those of "
            "processes that borrow one a second"
        )
    if asked.sdk is None:
        return "borrowing is the state at start-up, and for good with the Node SDK"
    return "borrowing is the state at start-up"


def _draw(asked: SimulationRequest, path: Path, rules: RulesInOrder, logs: AccessLogs) -> None:
    series: dict[str, dict[int, float]] = {rule.name: {} for rule in rules.in_order}
    for position, minute, requests, seconds in logs.per_minute():
        rule = rules.in_order[position]
        reservoir = Reservoirs(size=rule.reservoir_size, processes=1)
        take = reservoir.central if _sdk(asked).takes_quotas else reservoir.borrowed
        first = take(requests)
        traces = seconds * (first + rule.fixed_rate * (requests - first))
        values = series[rule.name]
        values[minute] = values.get(minute, 0.0) + traces
    svg = traces_chart(series, title=f"Traces per minute by rule of {rules.label}")
    write_atomically(path, svg.encode())
