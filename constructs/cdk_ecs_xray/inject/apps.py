"""Which containers of a task definition in a file are apps to trace. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cdk_ecs_xray.collectors.companions import companion
from cdk_ecs_xray.inject.definition import Definition, RawContainer, members
from cdk_ecs_xray.inject.evidence import evidence_of

_ENDED = ("COMPLETE", "SUCCESS")


def apps_of(definition: Definition, *, sidecar: str) -> Sequence[tuple[int, RawContainer]]:
    """Return the apps with their positions: neither the sidecar nor what only helps an app.

    :param sidecar: the name of the collector's container.
    """
    finishing = {
        dependency["containerName"]
        for container in definition.containers
        for dependency in members(container, "dependsOn")
        if dependency["condition"] in _ENDED
    }
    return [
        (position, container)
        for position, container in enumerate(definition.containers)
        if container["name"] not in (sidecar, definition.proxy)
        and companion(
            evidence_of(container),
            routes_logs=container.get("firelensConfiguration") is not None,
            finishes=container["name"] in finishing,
        )
        is None
    ]
