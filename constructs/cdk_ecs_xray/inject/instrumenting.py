"""What instruments the apps of a file: init containers, volumes, and how each app loads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cdk_ecs_xray.errors import EcsXRayError, Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject.apps import apps_of
from cdk_ecs_xray.inject.definition import Definition, RawContainer, members, wiring_of
from cdk_ecs_xray.inject.edits import Addition, Path
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.shape_check import kind_of
from cdk_ecs_xray.instrumentation.choice import (
    different_agents,
    instrumentation_of,
    missing_containers,
    require_taken,
    signals_wanted,
)
from cdk_ecs_xray.instrumentation.description import AppPlace
from cdk_ecs_xray.plan.adaptive_sampling import boost_not_followed, with_boosts
from cdk_ecs_xray.plan.fit import ContainerFacts
from cdk_ecs_xray.plan.instrumentation import (
    Agent,
    AgentPlan,
    Architecture,
    plan_agent,
    taken_names,
    taken_paths,
)

VOLUMES = "volumes"
MOUNTS = "mountPoints"
_ARCHITECTURES: Mapping[str, Architecture] = {"X86_64": "x86_64", "ARM64": "arm64"}


@dataclass(frozen=True, kw_only=True)
class AppAgent:
    """What is loaded into one app, and how."""

    agent: Agent
    plan: AgentPlan


def app_agents(
    definition: Definition, options: TracingOptions, *, sidecar: str
) -> Mapping[str, AppAgent]:
    """Return what instruments each app of a file, by its name; nothing for the others.

    :raises ConfigurationError: where the collector takes no OTLP.
    :raises UnsupportedTaskDefinitionError: with every reason why that cannot be done.
    """
    if options.instrument is None:
        return {}
    apps = [container for _, container in apps_of(definition, sidecar=sidecar)]
    where = definition.where
    signals = signals_wanted(options.instrument)
    require_taken(options.collector, where=definition.where, signals=signals)
    problems = [
        *missing_containers(options.instrument, [app["name"] for app in apps], where=where),
        *_places_to_add_to(definition),
    ]
    found: dict[str, AppAgent] = {}
    for app in apps:
        instrumentation = instrumentation_of(options.instrument, app["name"])
        if instrumentation is None:
            continue
        place = AppPlace(
            where=f"{where}, container '{app['name']}'", architecture=_architecture(definition)
        )
        try:
            agent = instrumentation.agent(place)
        except EcsXRayError as error:
            problems += error.problems
            continue
        problems += _mounts(app, place.where, agent)
        plan = plan_agent(wiring_of(app, where=where), agent)
        rule = options.boosted_by
        if rule is not None and plan.loads:
            unfollowed = boost_not_followed(agent, rule=rule, where=place.where)
            told = () if unfollowed is None else (unfollowed,)
            plan = replace(plan, warnings=[*plan.warnings, *told])
            agent = with_boosts(agent)
        found[app["name"]] = AppAgent(agent=agent, plan=plan)
    agents = agents_in(found)
    problems += different_agents([one.agent for one in found.values()], where=where)
    problems += [problem for agent in agents for problem in _taken_names(definition, agent)]
    if problems:
        raise UnsupportedTaskDefinitionError(*dict.fromkeys(problems))
    return found


def agents_in(found: Mapping[str, AppAgent]) -> Sequence[Agent]:
    """Return the agents that are loaded, one for each language."""
    by_name = {one.agent.name: one.agent for one in found.values() if one.plan.loads}
    return list(by_name.values())


def facts_of_agents(definition: Definition, agents: Iterable[Agent]) -> Sequence[ContainerFacts]:
    """Return what the init containers that a file still lacks take of the task."""
    return [
        ContainerFacts(name=agent.name, memory_mib=agent.memory_mib)
        for agent in agents
        if init_in(definition, agent) is None
    ]


def init_in(definition: Definition, agent: Agent) -> RawContainer | None:
    """Return the init container of an agent that a file has already; None where it has none."""
    return next((one for one in definition.containers if is_init_of(one, agent)), None)


def is_init_of(container: RawContainer, agent: Agent) -> bool:
    """Return whether a container brings an agent, whatever version or registry it is of."""
    command = container.get("command")
    return container["name"] == agent.name and command == list(agent.command)


def init_json(agent: Agent, *, log_configuration: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the init container as ECS's API spells it."""
    log = {} if log_configuration is None else {"logConfiguration": dict(log_configuration)}
    return {
        "name": agent.name,
        "image": agent.image,
        "essential": False,
        "cpu": 0,
        "memory": agent.memory_mib,
        "command": list(agent.command),
        "mountPoints": [mount_of(agent, read_only=False)],
        "readonlyRootFilesystem": True,
        **log,
    }


def mount_of(agent: Agent, *, read_only: bool) -> dict[str, Any]:
    """Return how a container mounts an agent's volume."""
    return {"sourceVolume": agent.name, "containerPath": agent.path, "readOnly": read_only}


def task_additions(
    definition: Definition,
    agents: Sequence[Agent],
    *,
    containers: Path,
    log_configuration: Mapping[str, Any] | None,
) -> Sequence[Addition]:
    """Return the init containers and volumes that a file still lacks.

    :param containers: where its containers are.
    """
    missing = [agent for agent in agents if init_in(definition, agent) is None]
    volumes = members(definition.field, VOLUMES)
    named = {volume.get("name") for volume in volumes}
    new = [{"name": agent.name} for agent in agents if agent.name not in named]
    additions = [
        Addition(path=containers, items=(init_json(agent, log_configuration=log_configuration),))
        for agent in missing
    ]
    if new and definition.field.get(VOLUMES) is None:
        additions.append(Addition(path=(), entries={VOLUMES: new}))
    elif new:
        additions.append(Addition(path=(VOLUMES,), items=new))
    return additions


def _architecture(definition: Definition) -> Architecture | None:
    platform = definition.field.get("runtimePlatform")
    named = platform.get("cpuArchitecture") if isinstance(platform, Mapping) else None
    if named is None and "FARGATE" in definition.launch_types:
        # Fargate's default, in the documentation of cpuArchitecture.
        return "x86_64"
    return _ARCHITECTURES.get(str(named))


def _places_to_add_to(definition: Definition) -> Sequence[Problem]:
    if definition.task is None:
        return (
            Problem(
                where=definition.where,
                what="the file must hold a whole task definition, as instrumentation adds a volume",
                got="a list of containers",
                fix="Put the list into containerDefinitions, or add the volume and the init "
                "container where the list is used.",
            ),
        )
    volumes = definition.field.get(VOLUMES)
    return () if volumes is None else _list_problems(definition.where, VOLUMES, volumes)


def _mounts(app: RawContainer, where: str, agent: Agent) -> Sequence[Problem]:
    if app.get(MOUNTS) is not None and (problems := _list_problems(where, MOUNTS, app[MOUNTS])):
        return problems
    mounts = {
        str(one.get("containerPath")): str(one.get("sourceVolume")) for one in members(app, MOUNTS)
    }
    return taken_paths(agent, where=where, mounts=mounts)


def _list_problems(where: str, key: str, value: object) -> Sequence[Problem]:
    if isinstance(value, list):
        return ()
    return (
        Problem(
            where=where,
            what=f"{key} must be a list",
            got=kind_of(value),
            fix="Write one, such as [].",
        ),
    )


def _taken_names(definition: Definition, agent: Agent) -> Sequence[Problem]:
    others = [one for one in definition.containers if not is_init_of(one, agent)]
    volumes = members(definition.field, VOLUMES)
    named = {
        "container": [container["name"] for container in others],
        "volume": [one.get("name") for one in volumes if one != {"name": agent.name}],
    }
    return taken_names(agent, where=definition.where, named=named)
