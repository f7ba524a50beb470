"""Decides what an existing task definition needs to be traced. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cdk_ecs_xray.collectors import CollectorContainer, Placement
from cdk_ecs_xray.collectors.description import opened_by
from cdk_ecs_xray.collectors.write_access import WriteAccess, write_actions
from cdk_ecs_xray.errors import Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject.advice import (
    advice,
    kept_collector,
    nothing_to_replace,
    proxied_collector,
    unchecked,
)
from cdk_ecs_xray.inject.app_logs import app_log_groups, log_group_arns
from cdk_ecs_xray.inject.app_wiring import wired
from cdk_ecs_xray.inject.apps import apps_of
from cdk_ecs_xray.inject.definition import Definition, RawContainer
from cdk_ecs_xray.inject.direct import direct_wiring
from cdk_ecs_xray.inject.edits import Addition
from cdk_ecs_xray.inject.evidence import collector_in
from cdk_ecs_xray.inject.exchange import Exchange, exchange_of
from cdk_ecs_xray.inject.fitting import raised, task_facts, task_obstacles
from cdk_ecs_xray.inject.instrumenting import AppAgent, agents_in, app_agents, task_additions
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.own_sidecar import is_own, kept_sidecar
from cdk_ecs_xray.inject.shape_check import CONTAINERS
from cdk_ecs_xray.inject.sidecar_json import sidecar_json
from cdk_ecs_xray.inject.surroundings import (
    LogChoice,
    log_choice,
    network_mode_of,
    region_of,
)
from cdk_ecs_xray.plan.fit import budget_obstacles
from cdk_ecs_xray.plan.instrumentation import Agent
from cdk_ecs_xray.plan.mesh import ignored_user
from cdk_ecs_xray.plan.network import SidecarNetwork, network_for
from cdk_ecs_xray.plan.wiring import Warned, ends_with_its_task, order_kept_by_link


@dataclass(frozen=True, kw_only=True)
class Injection:
    """What to add to a task definition, and what its owner should know.

    :param sidecar: the collector's container; None where a foreign one stays.
    :param added: whether the file had no sidecar yet.
    :param additions: to the file's content, none where it is traced already.
    :param description: what the collector, or an app without one, needs from IAM.
    :param agents: what is loaded into apps, one for each language.
    :param replaced: where the container is that the sidecar takes the place of; None without one.
    :param log_group: a log group that must exist before the task starts, unless it did already.
    :param warnings: what stays as the user set it, could not be checked, or is missing.
    """

    sidecar: RawContainer | None
    added: bool
    additions: Sequence[Addition]
    description: CollectorContainer | WriteAccess | None
    log_group: str | None
    warnings: Sequence[Warned]
    agents: Sequence[Agent] = ()
    replaced: int | None = None


def plan_injection(definition: Definition, options: TracingOptions) -> Injection:
    """Return what tracing adds to a task definition.

    :raises UnsupportedTaskDefinitionError: with every reason why it cannot be traced.
    """
    if options.direct is not None:
        additions, warnings = direct_wiring(definition, options, options.direct)
        return Injection(
            sidecar=None,
            added=False,
            additions=additions,
            description=WriteAccess(actions=write_actions(spans=True)),
            log_group=None,
            warnings=warnings,
        )
    network = network_for(network_mode_of(definition, options), where=definition.where)
    exchange = exchange_of(definition, options, network)
    if exchange is None:
        planned = _planned(definition, options, network)
        unmet = (nothing_to_replace(definition.where),) if options.replace else ()
        return replace(planned, warnings=[*planned.warnings, *unmet])
    planned = _planned(exchange.definition, exchange.options, network, exchange)
    sidecar = {} if planned.sidecar is None else planned.sidecar
    return replace(
        planned,
        additions=exchange.placed(planned.additions, sidecar),
        warnings=[*exchange.warnings, *planned.warnings],
        replaced=exchange.position,
    )


def _planned(
    definition: Definition,
    options: TracingOptions,
    network: SidecarNetwork,
    exchange: Exchange | None = None,
) -> Injection:
    name = options.container_name
    present = [container for container in definition.containers if container["name"] == name]
    own = collector_in(present)
    others = [container for container in definition.containers if container is not own]
    by_hand = collector_in(others)
    if by_hand is not None:
        return _untouched(definition, by_hand)
    agents = app_agents(definition, options, sidecar=name)
    region, log = _surroundings(
        definition,
        options,
        network,
        others=others,
        own=own,
        agents=agents_in(agents),
        exchange=exchange,
    )
    groups = app_log_groups(definition, sidecar=name)
    description = _description(options, network, region, groups)
    # A sidecar that is there keeps its log group unless the user names one.
    chosen = options.log_group is not None or not options.writes_log
    user, mesh_warnings = _user(definition, description)
    wanted = sidecar_json(
        name,
        description=description,
        network=network,
        profile=options.profile,
        log_configuration=log.configuration if own is None or chosen else None,
        user=user,
    )
    if exchange is not None:
        wanted = exchange.completed(wanted)
    if own is not None and not is_own(own, wanted):
        return _untouched(definition, own)
    kept = () if own is None else kept_sidecar(definition.where, own, wanted, logs=chosen)
    return _traced(
        definition,
        options,
        network,
        description=description,
        log=replace(log, warnings=[*log.warnings, *mesh_warnings, *kept]),
        sidecar=wanted if own is None else own,
        added=own is None,
        region=region,
        agents=agents,
        exchange=exchange,
    )


def _description(
    options: TracingOptions, network: SidecarNetwork, region: str, log_groups: Sequence[str] = ()
) -> CollectorContainer:
    return options.collector.describe(
        Placement(
            network=network,
            region=region,
            memory_mib=options.profile.usable_memory_mib,
            url_suffix=options.url_suffix,
            log_groups=tuple(log_groups),
        )
    )


def _user(
    definition: Definition, description: CollectorContainer
) -> tuple[str | None, Sequence[Warned]]:
    """Return the user that keeps the collector's traffic out of the task's proxy."""
    if definition.proxy is None:
        return None, ()
    user = ignored_user(definition.proxy_properties, image_user=description.image_user)
    return user, () if user is not None else (proxied_collector(definition.where),)


def _surroundings(
    definition: Definition,
    options: TracingOptions,
    network: SidecarNetwork,
    *,
    others: Sequence[RawContainer],
    own: RawContainer | None,
    agents: Sequence[Agent],
    exchange: Exchange | None,
) -> tuple[str, LogChoice]:
    """Return region and log of the collector, or raise with everything that is in its way."""
    problems: list[Problem] = []
    if own is None:
        # The ports are the same in every region, which may not be known yet.
        ports = opened_by(_description(options, network, region=""))
        problems += task_obstacles(definition, network, options, agents, ports=ports)
    elif agents:
        problems += budget_obstacles(task_facts(definition, network, agents))
    # What is there already, as the sidecar or in its place, has a region and a log.
    there = own if exchange is None else exchange.old
    region = options.region
    logging = others if exchange is None else [*others, exchange.old]
    region = region_of(definition, logging, there) if region is None else region
    if region is None:
        problems.append(
            Problem(
                where=definition.where,
                what="the file names no region or several, and the collector stops without one",
                fix="Pass --region (region in Python).",
            )
        )
    log = LogChoice(
        configuration=None if there is None else there.get("logConfiguration"), group=None
    )
    chosen = options.log_group is not None or (exchange is not None and not options.writes_log)
    try:
        if there is None or chosen:
            log = log_choice(definition, others, options, region=region)
    except UnsupportedTaskDefinitionError as error:
        problems += error.problems
    if problems or region is None:
        raise UnsupportedTaskDefinitionError(*problems)
    return region, log


def _untouched(definition: Definition, collector: RawContainer) -> Injection:
    return Injection(
        sidecar=None,
        added=False,
        additions=(),
        description=None,
        log_group=None,
        warnings=(kept_collector(definition.where, collector),),
    )


def _traced(
    definition: Definition,
    options: TracingOptions,
    network: SidecarNetwork,
    *,
    description: CollectorContainer,
    log: LogChoice,
    sidecar: RawContainer,
    added: bool,
    region: str,
    agents: Mapping[str, AppAgent],
    exchange: Exchange | None,
) -> Injection:
    prefix: tuple[str, ...] = () if definition.task is None else (CONTAINERS,)
    additions: list[Addition] = []
    warnings: list[Warned] = [
        *log.warnings,
        *ends_with_its_task(
            definition.where,
            fails_closed=description.ends_without_credentials,
            essential=options.profile.essential,
        ),
    ]
    for position, container in apps_of(definition, sidecar=sidecar["name"]):
        arns = log_group_arns(container, definition, options, region=region)
        wiring = wired(
            container,
            options,
            network,
            where=definition.where,
            sidecar=sidecar,
            log_groups=arns,
            instrumented=agents.get(container["name"]),
            left_out=()
            if exchange is None
            else exchange.left_out(instrumented=container["name"] in agents),
        )
        additions += wiring.additions((*prefix, position))
        warnings += wiring.warnings
    if added:
        additions.append(Addition(path=prefix, items=(sidecar,)))
    loaded = agents_in(agents)
    additions += task_additions(
        definition, loaded, containers=prefix, log_configuration=sidecar.get("logConfiguration")
    )
    if added:
        if options.size_to_fit:
            more, noted = raised(definition, network, options, loaded)
            additions += more
            warnings += noted
        warnings += unchecked(definition, network)
        warnings += order_kept_by_link(
            definition.where, start_order=options.profile.start_order, linked=network.linked
        )
    return Injection(
        sidecar=sidecar,
        added=added,
        additions=additions,
        description=description,
        log_group=log.group,
        warnings=[*warnings, *advice(definition, writes_log=log.configuration is not None)],
        agents=loaded,
    )
