"""Decides what the apps of a file need to send spans to X-Ray by themselves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cdk_ecs_xray.collectors.exporter import traces_endpoint
from cdk_ecs_xray.errors import Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject.advice import advice
from cdk_ecs_xray.inject.app_logs import log_group_arns
from cdk_ecs_xray.inject.app_wiring import AppWiring
from cdk_ecs_xray.inject.apps import apps_of
from cdk_ecs_xray.inject.definition import Definition, RawContainer, wiring_of
from cdk_ecs_xray.inject.edits import Addition
from cdk_ecs_xray.inject.evidence import collector_in
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.shape_check import CONTAINERS
from cdk_ecs_xray.inject.surroundings import region_of
from cdk_ecs_xray.plan.direct import Direct, app_problems, direct_environment
from cdk_ecs_xray.plan.open_telemetry import SERVICE_NAME
from cdk_ecs_xray.plan.wiring import Warned, plan_environment

_NO_SIDECAR = ""


def direct_wiring(
    definition: Definition, options: TracingOptions, direct: Direct
) -> tuple[Sequence[Addition], Sequence[Warned]]:
    """Return what leads the apps to X-Ray, and what their owner should know.

    :raises UnsupportedTaskDefinitionError: for a collector in the task, a region that nobody
        knows, and variables with which nothing would arrive.
    """
    region = options.region
    region = region_of(definition, definition.containers, None) if region is None else region
    problems = [*_collector_problems(definition), *_region_problems(definition, region)]
    environment = direct_environment(
        direct.distribution,
        endpoint=traces_endpoint(str(region), options.url_suffix),
        sampling_ratio=direct.sampling_ratio,
    )
    prefix: tuple[str, ...] = () if definition.task is None else (CONTAINERS,)
    additions: list[Addition] = []
    warnings: list[Warned] = []
    for position, app in apps_of(definition, sidecar=_NO_SIDECAR):
        arns = log_group_arns(app, definition, options, region=str(region))
        present = replace(wiring_of(app, where=definition.where), log_groups=arns)
        problems += app_problems(present, direct.distribution, environment)
        plan = plan_environment(present, {**environment, SERVICE_NAME: _name(app, options)})
        wiring = AppWiring(
            container=app,
            sidecar=_NO_SIDECAR,
            plan=plan,
            warnings=plan.warnings,
            agent=None,
            loading={},
        )
        additions += wiring.additions((*prefix, position))
        warnings += wiring.warnings
    if problems:
        raise UnsupportedTaskDefinitionError(*problems)
    return additions, [*warnings, *advice(definition, writes_log=False)]


def _name(app: RawContainer, options: TracingOptions) -> str:
    names = (options.tracing_name, options.names.service, app["name"])
    return str(next(name for name in names if name is not None))


def _collector_problems(definition: Definition) -> Sequence[Problem]:
    collector = collector_in(definition.containers)
    if collector is None:
        return ()
    return (
        Problem(
            where=definition.where,
            what=f"direct and the collector '{collector['name']}' cannot be combined",
            fix="Keep one: inject --remove takes out a collector that inject added.",
        ),
    )


def _region_problems(definition: Definition, region: str | None) -> Sequence[Problem]:
    if region is not None:
        return ()
    return (
        Problem(
            where=definition.where,
            what="the region is required, as the address of X-Ray has it, and the file names none "
            "or several",
            fix="Pass --region (region in Python).",
        ),
    )
