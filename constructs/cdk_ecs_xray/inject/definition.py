"""A task definition as ECS spells it, checked for the shape that tracing relies on. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.inject.placeholders import is_open
from cdk_ecs_xray.plan.fit import ContainerFacts, Ports, Transport, port_range
from cdk_ecs_xray.plan.mesh import proxy_properties
from cdk_ecs_xray.plan.wiring import PresentWiring

RawContainer = Mapping[str, Any]

CONTAINERS = "containerDefinitions"
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

_LISTS: Mapping[str, tuple[str, ...]] = {
    "environment": ("name",),
    "secrets": ("name",),
    "dependsOn": ("containerName", "condition"),
    "portMappings": (),
}
"""Lists of mappings in a container, and the keys that each mapping needs."""

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
        return self.field.get("requiresCompatibilities") or ()

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
    task: Mapping[str, Any] | None = None
    containers: Any = content
    if isinstance(content, Mapping):
        if CONTAINERS not in content and "ContainerDefinitions" in content:
            raise ConfigurationError(
                Problem(
                    where=where,
                    what="the keys must be in ECS's spelling",
                    got="CloudFormation's 'ContainerDefinitions'",
                    fix="Use XRayTracing for a CDK app, or write 'containerDefinitions' and so on.",
                )
            )
        task, containers = content, content.get(CONTAINERS)
    elif not isinstance(content, list):
        raise ConfigurationError(
            Problem(
                where=where,
                what="the file must hold a task definition",
                got=_kind(content),
                fix="Write what aws ecs register-task-definition takes.",
            )
        )
    problems = _problems(where, task, containers)
    if problems:
        raise ConfigurationError(*problems)
    return Definition(where=where, task=task, containers=containers)


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
        environment={pair["name"]: str(pair.get("value", "")) for pair in environment}
        | {secret["name"]: None for secret in members(container, "secrets")},
        links=container.get("links") or (),
        dependencies={
            dependency["containerName"]: dependency["condition"]
            for dependency in members(container, "dependsOn")
        },
    )


def _problems(where: str, task: Mapping[str, Any] | None, containers: Any) -> Sequence[Problem]:
    problems = []
    launch_types = None if task is None else task.get("requiresCompatibilities")
    if launch_types is not None and not isinstance(launch_types, list):
        problems.append(
            Problem(
                where=where,
                what="requiresCompatibilities must be a list",
                got=_kind(launch_types),
                fix='Such as ["FARGATE"].',
            )
        )
    if not isinstance(containers, list) or not containers:
        problems.append(
            Problem(
                where=where,
                what=f"{CONTAINERS} must be a list of at least one container",
                got=_kind(containers),
                fix="Write what aws ecs register-task-definition takes.",
            )
        )
        return problems
    for position, container in enumerate(containers):
        problems += _container_problems(where, position, container)
    return problems


def _container_problems(where: str, position: int, container: Any) -> Sequence[Problem]:
    place = f"{where}, container {position + 1}"
    if not isinstance(container, Mapping):
        return [
            Problem(
                where=place,
                what="it must be a mapping",
                got=_kind(container),
                fix="Write its keys.",
            )
        ]
    name = container.get("name")
    if not isinstance(name, str) or not name:
        return [
            Problem(
                where=place,
                what="name must be text",
                got=_kind(name),
                fix="Write the container's name.",
            )
        ]
    place = f"{where}, container '{name}'"
    problems: list[Problem] = []
    for key, needed in _LISTS.items():
        problems += _list_problems(place, key, container.get(key), needed)
    links = container.get("links")
    if links is not None and not (
        isinstance(links, list) and all(isinstance(link, str) for link in links)
    ):
        problems.append(
            Problem(
                where=place,
                what="links must be a list of texts",
                got=_kind(links),
                fix="Write one.",
            )
        )
    return problems


def _list_problems(place: str, key: str, value: Any, needed: Sequence[str]) -> Sequence[Problem]:
    if value is None:
        return []
    if not isinstance(value, list):
        return [
            Problem(
                where=place,
                what=f"{key} must be a list",
                got=_kind(value),
                fix="Write one or take the key out.",
            )
        ]
    problems: list[Problem] = []
    for position, item in enumerate(value):
        if not isinstance(item, Mapping):
            problems.append(
                Problem(
                    where=place,
                    what=f"{key} entry {position + 1} must be a mapping",
                    got=_kind(item),
                    fix="Write one.",
                )
            )
            continue
        problems += [
            Problem(
                where=place,
                what=f"{member} of {key} entry {position + 1} must be text",
                got=_kind(item.get(member)),
                fix="Write it.",
            )
            for member in needed
            if not isinstance(item.get(member), str)
        ]
    return problems


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
    return int(value) if isinstance(value, int | float) else 0


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text '{value[:40]}'"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return "a mapping" if isinstance(value, Mapping) else f"{value!r}"
