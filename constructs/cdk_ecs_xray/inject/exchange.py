"""Takes a collector out of a task definition, and puts another into its place. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cdk_ecs_xray.collectors.recognition import RecognizedCollector, recognize
from cdk_ecs_xray.errors import Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject.definition import Definition, RawContainer, members
from cdk_ecs_xray.inject.edits import Addition, Path
from cdk_ecs_xray.inject.evidence import collectors_in, evidence_of
from cdk_ecs_xray.inject.exchange_addresses import Corrected, corrected
from cdk_ecs_xray.inject.exchange_checks import exchange_problems, given_up
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.origin import LABEL
from cdk_ecs_xray.inject.shape_check import CONTAINERS
from cdk_ecs_xray.plan.network import SidecarNetwork
from cdk_ecs_xray.plan.open_telemetry import (
    PROPAGATORS,
    SAMPLER,
    SAMPLER_ARGUMENT,
    SERVICE_NAME,
)
from cdk_ecs_xray.plan.wiring import TRACING_NAME, Warned

_OF_THE_PROGRAM = frozenset(
    {
        "command",
        "cpu",
        "dockerSecurityOptions",
        "entryPoint",
        "environment",
        "essential",
        "healthCheck",
        "image",
        "interactive",
        "linuxParameters",
        "logConfiguration",
        "memory",
        "memoryReservation",
        "portMappings",
        "privileged",
        "pseudoTerminal",
        "readonlyRootFilesystem",
        "repositoryCredentials",
        "restartPolicy",
        "secrets",
        "startTimeout",
        "stopTimeout",
        "user",
        "versionConsistency",
        "workingDirectory",
    }
)
"""What a container has for what runs in it, or from the profile: the new collector brings its own.
Everything else stays: the name, links, dependencies, labels, mounts, the resolver."""

_DECIDED_IN_CODE = frozenset({PROPAGATORS, SAMPLER, SAMPLER_ARGUMENT, SERVICE_NAME})
_SIZES = ("GOMEMLIMIT",)


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A collector that another one takes the place of.

    :param old: its container.
    :param position: among all containers.
    :param definition: the task without it, its apps' addresses as they will be.
    :param options: with its name, region and role.
    :param corrections: of the apps' addresses.
    :param took_spans: whether apps of OpenTelemetry may have sent to it.
    """

    old: RawContainer
    position: int
    definition: Definition
    options: TracingOptions
    corrections: Sequence[Addition]
    warnings: Sequence[Warned]
    took_spans: bool

    def completed(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return the new container with what the old one has besides its program."""
        old = self.old
        kept = {key: value for key, value in old.items() if key not in _OF_THE_PROGRAM}
        if isinstance(kept.get("dockerLabels"), Mapping):
            labels = {key: text for key, text in kept["dockerLabels"].items() if key != LABEL}
            kept["dockerLabels"] = labels
        merged = {
            "environment": _variables(old, wanted, "environment"),
            "secrets": _variables(old, wanted, "secrets"),
            "portMappings": _ports(old, wanted),
        }
        lists = {key: items for key, items in merged.items() if items}
        found = {**wanted, **lists, **kept, "name": old["name"]}
        return {key: value for key, value in found.items() if value not in (None, [], {})}

    def left_out(self, *, instrumented: bool) -> frozenset[str]:
        """Return the variables that apps are not given, as their traces would change with them.

        An app keeps the name that its code gives it, and one of OpenTelemetry its sampler too.
        """
        named = self.options.tracing_name is not None or self.options.names.service is not None
        found = frozenset() if named else frozenset({TRACING_NAME})
        if instrumented or not self.took_spans:
            return found
        return found | _DECIDED_IN_CODE - ({SERVICE_NAME} if named else set())

    def placed(self, additions: Sequence[Addition], sidecar: RawContainer) -> Sequence[Addition]:
        """Return additions to the task without the old collector as those to the task with it."""
        at: Path = () if self.definition.task is None else (CONTAINERS,)
        moved = []
        for one in additions:
            if one.path == at and one.items == (sidecar,):
                moved.append(Addition(path=(*at, self.position), container=sidecar))
                continue
            moved.append(replace(one, path=self._moved(one.path, at)))
        return [*self.corrections, *moved]

    def _moved(self, path: Path, containers: Path) -> Path:
        depth = len(containers)
        step = path[depth] if path[:depth] == containers and len(path) > depth else None
        if not isinstance(step, int) or step < self.position:
            return path
        return (*containers, step + 1, *path[depth + 1 :])


def exchange_of(
    definition: Definition, options: TracingOptions, network: SidecarNetwork
) -> Exchange | None:
    """Return the exchange that was asked for; None where there is nothing to exchange.

    :raises UnsupportedTaskDefinitionError: with everything that would end with the old collector,
        or that nobody can read.
    """
    found = collectors_in(definition.containers) if options.replace else ()
    if not found:
        return None
    if len(found) > 1:
        raise UnsupportedTaskDefinitionError(_several(definition.where, found))
    old = found[0]
    recognized = recognize(evidence_of(old))
    if recognized is None:
        raise LookupError(old["name"])
    position = next(at for at, one in enumerate(definition.containers) if one is old)
    containers = [one for one in definition.containers if one is not old]
    taken_over = _taken_over(options, old, recognized)
    problems = exchange_problems(
        definition, old, recognized, apps=containers, options=taken_over, network=network
    )
    if problems:
        raise UnsupportedTaskDefinitionError(*problems)
    right = corrected(definition, old, recognized, options=taken_over, network=network)
    return Exchange(
        old=old,
        position=position,
        definition=replace(definition, containers=_with(containers, right)),
        options=taken_over,
        corrections=right.additions,
        warnings=given_up(definition.where, old, recognized),
        took_spans="otlp" in recognized.protocols,
    )


def _taken_over(
    options: TracingOptions, old: RawContainer, recognized: RecognizedCollector
) -> TracingOptions:
    demands = recognized.demands(evidence_of(old))
    collector: Any = options.collector
    if demands.role_arn is not None and getattr(collector, "role_arn", "") is None:
        collector = replace(collector, role_arn=str(demands.role_arn))
    region = options.region if demands.region is None else str(demands.region)
    return replace(
        options,
        collector=collector,
        region=region if options.region is None else options.region,
        names=replace(options.names, container=old["name"]),
        replace=False,
    )


def _with(containers: Sequence[RawContainer], right: Corrected) -> Sequence[RawContainer]:
    return [
        {**one, "environment": right.environments[one["name"]]}
        if one["name"] in right.environments
        else one
        for one in containers
    ]


def _variables(old: RawContainer, wanted: Mapping[str, Any], key: str) -> Sequence[Any]:
    """Return the new collector's variables, and the old one's that are no configuration."""
    recognized = recognize(evidence_of(old))
    engine = None if recognized is None else recognized.engine
    own = [one["name"] for one in wanted.get("environment", ())]
    dropped = {*own, *_SIZES, *(() if engine is None else engine.configuration_variables)}
    kept = [one for one in members(old, key) if one.get("name") not in dropped]
    return [*wanted.get(key, ()), *kept]


def _ports(old: RawContainer, wanted: Mapping[str, Any]) -> Sequence[Any]:
    """Return the new mappings, each as the old collector had it: its host port is known outside."""
    before = {_port(one): one for one in members(old, "portMappings")}
    new = [before.pop(_port(one), one) for one in wanted.get("portMappings", ())]
    return [*new, *before.values()]


def _port(mapping: Mapping[str, Any]) -> tuple[object, str]:
    return mapping.get("containerPort"), str(mapping.get("protocol", "tcp"))


def _several(where: str, found: Sequence[RawContainer]) -> Problem:
    return Problem(
        where=where,
        what="the file must have one collector of traces to be replaced",
        got=", ".join(f"'{one['name']}'" for one in found),
        fix="Remove the others by hand first.",
    )
