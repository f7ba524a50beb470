"""Which container and port a load balancer or a DNS name points at. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.errors import InvalidValueError, Problem


@dataclass(frozen=True, kw_only=True)
class Target:
    """A port of a container, as ECS registers it."""

    container: str
    port: int


def tcp_ports(content: Mapping[str, Any]) -> Sequence[Target]:
    """Return every TCP port of a task definition's containers."""
    return [
        Target(container=container["name"], port=mapping["containerPort"])
        for container in content["containerDefinitions"]
        for mapping in container.get("portMappings") or ()
        if mapping.get("protocol", "tcp") == "tcp" and isinstance(mapping.get("containerPort"), int)
    ]


def target(ports: Sequence[Target], *, container: str | None, port: int | None) -> Target:
    """Return the one port that is meant.

    :raises InvalidValueError: where none or several are.
    """
    found = [
        one for one in ports if container in (None, one.container) and port in (None, one.port)
    ]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{one.container}:{one.port}" for one in ports)
    wanted = f"{container or 'any container'}:{port or 'any port'}"
    raise InvalidValueError(
        Problem(
            what="must point at one TCP port of a container",
            got=f"{wanted}, which {'none has' if not found else 'several have'}",
            fix=f"Set container and port. Known: {known or 'none, so add a port'}.",
        )
    )
