"""What of a task definition needs a sidecar and was not added with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.inject.definition import Definition, RawContainer, members
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
