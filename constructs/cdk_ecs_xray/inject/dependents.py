"""What of a task definition needs what was added to it and was not added with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.inject.definition import Definition, RawContainer, members
from cdk_ecs_xray.inject.instrumenting import MOUNTS, init_in
from cdk_ecs_xray.plan.instrumentation import Agent
from cdk_ecs_xray.plan.wiring import START


def dependents(definition: Definition, sidecar: RawContainer) -> Sequence[Problem]:
    """Return what would be left pointing at a container that is gone."""
    name = sidecar["name"]
    problems = []
    for container in definition.containers:
        if container is sidecar:
            continue
        left = [
            f"dependsOn with {one['condition']}"
            for one in members(container, "dependsOn")
            if one["containerName"] == name and one["condition"] != START
        ]
        links = container.get("links")
        left += [
            f"the link '{link}'"
            for link in (links if isinstance(links, list) else ())
            if link != name and link.partition(":")[0] == name
        ]
        left += [
            "volumesFrom"
            for one in members(container, "volumesFrom")
            if one.get("sourceContainer") == name
        ]
        problems += [
            Problem(
                where=f"{definition.where}, container '{container['name']}'",
                what=f"it must need nothing of '{name}' that inject did not add",
                got=one,
                fix="Remove that by hand first.",
            )
            for one in left
        ]
    return problems


def dependents_on_agents(definition: Definition, agents: Mapping[str, Agent]) -> Sequence[Problem]:
    """Return the containers that need an init container or its volume and were not instrumented.

    :param agents: what was loaded into apps, by their names.
    """
    by_name = {agent.name: agent for agent in agents.values()}
    problems = []
    for name, agent in by_name.items():
        init = init_in(definition, agent)
        for container in definition.containers:
            loaded = agents.get(container["name"])
            if container is init or (loaded is not None and loaded.name == name):
                continue
            needs = [one["containerName"] for one in members(container, "dependsOn")]
            needs += [str(one.get("sourceVolume")) for one in members(container, MOUNTS)]
            if name in needs:
                problems.append(
                    Problem(
                        where=f"{definition.where}, container '{container['name']}'",
                        what=f"it must need nothing of '{name}' that inject did not add",
                        got="dependsOn or a mount of its volume",
                        fix="Remove that by hand first.",
                    )
                )
    return problems
