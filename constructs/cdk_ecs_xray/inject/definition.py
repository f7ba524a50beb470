"""A task definition as ECS spells it, checked for the members that tracing relies on. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.inject.placeholders import is_open
from cdk_ecs_xray.inject.shape_check import CONTAINERS, require_task_definition
from cdk_ecs_xray.plan.fit import ContainerFacts, Ports, Transport, port_range
from cdk_ecs_xray.plan.mesh import proxy_properties
from cdk_ecs_xray.plan.wiring import PresentWiring

RawContainer = Mapping[str, Any]

READ_ONLY = frozenset(
    {
        "compatibilities",
        "deleteRequestedAt",
        "deregisteredAt",
        "registeredAt",
        "registeredBy",
        "requiresAttributes",
        "revision",
        "status",
        "taskDefinitionArn",
    }
)
"""What ``describe-task-definition`` prints and ``register-task-definition`` refuses.

A test holds it to the API's own model.
"""

_PORTS = re.compile(r"[0-9]{1,5}-[0-9]{1,5}")


@dataclass(frozen=True, kw_only=True)
class Definition:
    """The content of a file.

    :param task: the whole task definition; None for a bare list of containers.
    """

    where: str
    task: Mapping[str, Any] | None
    containers: Sequence[RawContainer]

    @property
    def field(self) -> Mapping[str, Any]:
        """The fields of the task that have a value, as an empty text is none."""
        task = {} if self.task is None else self.task
        return {key: value for key, value in task.items() if value not in (None, "")}

    @property
    def launch_types(self) -> Sequence[str]:
        """What the task says it must run on."""
        found = self.field.get("requiresCompatibilities")
        return found if isinstance(found, list) else ()

    @property
    def on_fargate(self) -> bool:
        """Whether the task says that it runs on Fargate."""
        return "FARGATE" in self.launch_types

    @property
    def proxy(self) -> str | None:
        """The name of the container that catches the task's traffic; None where none does."""
        name = self._proxy.get("containerName")
        return name if isinstance(name, str) else None

    @property
    def proxy_properties(self) -> Mapping[str, str]:
        """The properties of that proxy, by name."""
        return proxy_properties(members(self._proxy, "properties"))

    @property
    def _proxy(self) -> Mapping[str, Any]:
        found = self.field.get("proxyConfiguration")
        return found if isinstance(found, Mapping) else {}


def read_definition(content: Any, *, where: str) -> Definition:
    """Return a file's content as a task definition.

    :raises ConfigurationError: with everything that is not what ECS documents.
    """
    require_task_definition(content, where=where)
    if isinstance(content, Mapping):
        return Definition(where=where, task=content, containers=content[CONTAINERS])
    return Definition(where=where, task=None, containers=content)


def members(container: RawContainer, key: str) -> Sequence[Mapping[str, Any]]:
    """Return the mappings in a list of a container; what is open yet counts as none."""
    found = container.get(key)
    listed = found if isinstance(found, list) else ()
    return [item for item in listed if isinstance(item, Mapping)]


def facts_of(container: RawContainer) -> ContainerFacts:
    """Return what decides whether a sidecar fits; what is open yet counts as nothing."""
    reserved = container.get("memoryReservation")
    return ContainerFacts(
        name=container["name"],
        ports=[
            ports
            for mapping in members(container, "portMappings")
            if (ports := _ports(mapping)) is not None
        ],
        cpu=_number(container.get("cpu")),
        memory_mib=_number(container.get("memory") if reserved is None else reserved),
    )


def wiring_of(container: RawContainer, *, where: str) -> PresentWiring:
    """Return what a container has of its wiring."""
    environment = members(container, "environment")
    return PresentWiring(
        where=f"{where}, container '{container['name']}'",
        environment={pair["name"]: _value(pair) for pair in environment}
        | {secret["name"]: None for secret in members(container, "secrets")},
        links=container.get("links") or (),
        dependencies={
            dependency["containerName"]: dependency["condition"]
            for dependency in members(container, "dependsOn")
        },
    )


def _value(pair: Mapping[str, Any]) -> str:
    value = pair.get("value")
    return "" if value is None else str(value)


def _ports(mapping: Mapping[str, Any]) -> Ports | None:
    """Return what a mapping takes of the ports that containers share."""
    transport: Transport = "udp" if mapping.get("protocol") == "udp" else "tcp"
    ports = mapping.get("containerPortRange")
    if isinstance(ports, str) and _PORTS.fullmatch(ports) is not None:
        return Ports(port_range(0, ports), transport)
    port = _number(mapping.get("containerPort"))
    return None if port == 0 else Ports(port_range(port, None), transport)


def _number(value: Any) -> int:
    if isinstance(value, bool) or is_open(value):
        return 0
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return int(value) if isinstance(value, int | float) else 0
