"""What a report says about the traffic it is made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from cdk_ecs_xray.cli.rules_request import RulesInOrder, SimulationRequest
from cdk_ecs_xray.printable import counted, printable
from cdk_ecs_xray.sampling.matching import Request
from cdk_ecs_xray.sampling.sdks import SDKS, deciding_otherwise
from cdk_ecs_xray.sampling.traffic.access_logs import AccessLogs, Route
from cdk_ecs_xray.sampling.traffic.coverage import Coverage, Stretch

_DAY = 86_400
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC, which is written behind it
_SHOWN_HOLES = 5
_COMPARED_ROUTES = 50


def traffic_notes(logs: AccessLogs, asked: SimulationRequest) -> Iterator[str]:
    """Say what was read, what was left out, and what that makes of the figures."""
    coverage = logs.coverage
    requests = logs.requests
    scaled = f", scaled to {asked.rps:g} a second" if asked.rps is not None else ""
    yield f"traffic: {counted(requests, 'request')} in {duration(coverage.seconds)}{scaled}"
    malformed = logs.malformed
    yield f"malformed lines: {malformed.count:,}"
    yield from (f"  such as: {printable(example)}" for example in malformed.examples)
    for reason, number in logs.left_out.items():
        yield f"left out: {counted(number, 'request')} {reason}"
    yield from _time(coverage)
    if logs.without_host:
        without = counted(logs.without_host, "request")
        yield f"{without} without a host, which matches every rule; --host gives one"
    if coverage.seconds < _DAY:
        covered = duration(coverage.seconds)
        yield f"the logs cover {covered}, not a day with its peaks and its night"


def other_sdks(logs: AccessLogs, asked: SimulationRequest, rules: RulesInOrder) -> Iterator[str]:
    """Say with which SDKs other rules decide about the routes that matter most."""
    if asked.sdk is not None:
        if SDKS[asked.sdk].keeps_query:
            yield _about_queries(logs, asked.sdk)
        return
    differing: dict[str, int] = {}
    for route, requests in logs.busiest(None, _COMPARED_ROUTES):
        request = request_of(route, asked.request)
        for name in deciding_otherwise(rules.rules, rules.default, request):
            differing[name] = differing.get(name, 0) + requests
    for name, requests in differing.items():
        yield (
            f"with {name} other rules decide about {counted(requests, 'request')} of the "
            f"{_COMPARED_ROUTES} most frequent routes; --sdk {name} simulates it"
        )


def _about_queries(logs: AccessLogs, sdk: str) -> str:
    compares = f"{sdk} compares paths with their queries"
    if number := logs.with_queries:
        return f"{compares}: {counted(number, 'request')} had one"
    return (
        f"{compares}, and no path of this traffic has one: where they have, a rule whose path ends "
        "without * decides about fewer requests than shown"
    )


def request_of(route: Route, service: Request) -> Request:
    """Return the request that a route of a log means."""
    path, _, query = route.path.partition("?")
    return dataclasses.replace(
        service, host=route.host, http_method=route.method, url_path=path, query=query or None
    )


def _time(coverage: Coverage) -> Iterator[str]:
    for outlier, requests in coverage.outliers.items():
        yield (
            f"outlier left out: {counted(requests, 'request')} at {_stamp(outlier.first)}, far "
            "from all others"
        )
    if coverage.holes:
        total = sum(hole.seconds for hole in coverage.holes)
        yield (
            f"{counted(len(coverage.holes), 'hole')} in the logs, {duration(total)} together, left "
            "out of the extrapolation; counted as quiet time, a month would be "
            f"{coverage.seconds / (coverage.seconds + total):.3g} times as much"
        )
        yield from _places(coverage.holes)
    if coverage.regular:
        total = sum(pause.seconds for pause in coverage.regular)
        yield (
            f"{counted(len(coverage.regular), 'pause')} that return regularly, {duration(total)} "
            "together, count as quiet time"
        )


def _places(holes: Sequence[Stretch]) -> Iterator[str]:
    longest = sorted(holes, key=lambda hole: -hole.seconds)
    for hole in sorted(longest[:_SHOWN_HOLES]):
        yield f"  from {_stamp(hole.first)}: {duration(hole.seconds)}"
    if len(holes) > _SHOWN_HOLES:
        yield f"  and {len(holes) - _SHOWN_HOLES:,} shorter ones"


def duration(seconds: int) -> str:
    """Return a time in the largest unit that it fills."""
    for name, size in (("days", _DAY), ("hours", 3600), ("minutes", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {name}"
    return counted(seconds, "second")


def _stamp(second: int) -> str:
    try:
        return f"{(_EPOCH + timedelta(seconds=second)).isoformat(' ')} UTC"
    except OverflowError:
        return f"second {second:,} since 1970"
