"""What a simulation is asked for, and the rules it is about."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_ecs_xray.cli.rules_options import require_environments
from cdk_ecs_xray.errors import ConfigurationError, Problem, SamplingRuleError
from cdk_ecs_xray.files.text_file import is_there
from cdk_ecs_xray.sampling import SamplingRuleSet
from cdk_ecs_xray.sampling.findings import errors_in
from cdk_ecs_xray.sampling.matching import Request
from cdk_ecs_xray.sampling.prices import Prices, SpanPrices, prices_in, span_prices_in
from cdk_ecs_xray.sampling.reading import inspect_rules
from cdk_ecs_xray.sampling.rules import DefaultRule, SamplingRule
from cdk_ecs_xray.sampling.simulation import AnyRule
from cdk_ecs_xray.sampling.span_cost import SpanSizes


@dataclass(frozen=True, kw_only=True)
class SimulationRequest:
    """The options of ``ecs-xray rules simulate`` by their names there."""

    logs: Sequence[str]
    rules_file: Path
    environment: str | None
    against: str | None
    log_format: str
    fields: Sequence[str]
    host: str | None
    service: str | None
    service_type: str | None
    sdk: str | None
    rps: float | None
    traffic: Path | None
    processes: int
    days: float
    seed: int
    region: str
    price_per_million: float | None
    insights_price_per_million: float | None
    free_traces: int | None
    traces_elsewhere: float
    traces_scanned: float
    indexing_percentage: float
    spans_per_trace: float
    span_bytes: float
    span_price_per_gb: float | None
    index_price_per_million: float | None
    output: str
    chart: Path | None
    from_counts: str | None

    @property
    def request(self) -> Request:
        """What is known about every request."""
        return Request(service_name=self.service, service_type=self.service_type)

    @property
    def field_names(self) -> dict[str, str]:
        """The fields of JSON lines by what they hold."""
        pairs = [field.partition("=") for field in self.fields]
        wrong = [part for part, equals, name in pairs if not equals or not name]
        if wrong:
            raise ConfigurationError(
                Problem(
                    where="--fields",
                    what="must be PART=FIELD",
                    got=f"'{wrong[0]}'",
                    fix="Write --fields path=request.uri.",
                )
            )
        return {part: name for part, _, name in pairs}


@dataclass(frozen=True, kw_only=True)
class RulesInOrder:
    """The rules of a file in one environment.

    :param label: how a report names them.
    :param insights: some group has them.
    :param per_process: they are an SDK's local ones, whose reservoirs every process has.
    """

    label: str
    rules: tuple[SamplingRule, ...]
    default: DefaultRule
    insights: bool
    per_process: bool = False

    @property
    def in_order(self) -> Sequence[AnyRule]:
        """As X-Ray tries them, the Default rule last."""
        return (*self.rules, self.default)


def read_rules(asked: SimulationRequest, path: Path, label: str) -> RulesInOrder:
    """Return the rules of a file, in the environment that is asked for."""
    reading = inspect_rules(path, SamplingRuleSet)
    if reading.rules is None:
        raise SamplingRuleError(*(finding.problem for finding in errors_in(reading.findings)))
    if path == asked.rules_file:  # What it is compared with may know other environments.
        require_environments([asked.environment], reading.rules, rules_file=path)
    groups = reading.rules.groups_in(asked.environment)
    return RulesInOrder(
        label=label,
        rules=reading.rules.in_environment(asked.environment),
        default=reading.rules.default,
        insights=any(group.insights.enabled for group in groups),
        per_process=reading.per_process,
    )


def read_against(asked: SimulationRequest, against: str) -> RulesInOrder:
    """Return the rules to compare with, from a file or a git revision."""
    if is_there(against):
        return read_rules(asked, Path(against), against)
    folder, name = asked.rules_file.parent, asked.rules_file.name
    content = _shown_by_git(f"{against}:./{name}", folder, against, asked.rules_file)
    with tempfile.TemporaryDirectory(prefix="ecs-xray-rules-") as copy:
        path = Path(copy) / name
        path.write_bytes(content)
        return read_rules(asked, path, against)


def _shown_by_git(revision: str, folder: Path, against: str, rules_file: Path) -> bytes:
    reason = "no revision"
    if not revision.startswith("-"):  # To git it would be an option, such as --output=FILE.
        try:
            shown = subprocess.run(
                ["git", "show", "--no-textconv", revision],  # noqa: S607 - whatever git the user has
                cwd=folder,
                capture_output=True,
                check=False,
            )
        except OSError as failed:
            # Git is not installed, or the folder of the rules is gone.
            reason = f"{failed.strerror}: {failed.filename}"
        else:
            if shown.returncode == 0:
                return shown.stdout
            said = shown.stderr.decode(errors="replace").splitlines()
            reason = (said or ["no such file"])[0]
    raise ConfigurationError(
        Problem(
            where="--against",
            what=f"must be a file or a git revision that has {rules_file}",
            got=f"'{against}' ({reason})",
            fix="Name another.",
        )
    )


def prices_asked(asked: SimulationRequest) -> Prices:
    """Return the prices of the region, with what the command line overrides."""
    changed = {
        "recorded": asked.price_per_million,
        "insights": asked.insights_price_per_million,
        "free_recorded": asked.free_traces,
    }
    given: dict[str, Any] = {name: value for name, value in changed.items() if value is not None}
    return dataclasses.replace(prices_in(asked.region), **given)


def span_prices_asked(asked: SimulationRequest) -> SpanPrices:
    """Return the prices with Transaction Search, with what the command line overrides."""
    flat, indexed = asked.span_price_per_gb, asked.index_price_per_million
    insights = asked.insights_price_per_million
    given: dict[str, Any] = {
        **({} if flat is None else {"stored": ((math.inf, flat),)}),
        **({} if indexed is None else {"indexed": indexed}),
        **({} if insights is None else {"insights": insights}),
    }
    return dataclasses.replace(span_prices_in(asked.region), **given)


def span_sizes_asked(asked: SimulationRequest) -> SpanSizes:
    """Return what traces consist of."""
    return SpanSizes(
        spans_per_trace=asked.spans_per_trace,
        span_bytes=asked.span_bytes,
        indexing_percentage=asked.indexing_percentage,
    )
