"""The containers of one task as services of Docker Compose, beside an AWS emulator. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.inject.definition import Definition, RawContainer, facts_of, read_definition
from cdk_ecs_xray.local.compose.loopback import on_loopback_only
from cdk_ecs_xray.local.compose.service import left_out_of, service_of
from cdk_ecs_xray.local.isolation import LOOPBACK

_HEADER = """\
# {task}
# as services of Docker Compose: docker compose --file THIS_FILE up
#
# Every service uses the network of this machine, as the AWS emulator listens on 127.0.0.1 alone.
# The keys are of one run of the AWS emulator; write the file anew for the next one.
"""


def compose_file(
    task: Mapping[str, Any],
    *,
    environments: Mapping[str, Mapping[str, str]],
    aws: Mapping[str, str],
) -> str:
    """Return the file's text; the same for the same arguments.

    :param task: as ``describe_task_definition`` returns it.
    :param environments: of each container by its name, with the values of its secrets.
    :param aws: what ECS itself would add, here the AWS emulator's address and keys.
    :raises ConfigurationError: when two containers listen on one port: in Compose they share a
        network, whatever the network mode of the task.
    """
    where = str(task["taskDefinitionArn"])
    definition = read_definition(task, where=where)
    containers = [one for one in definition.containers if _runs_here(definition, one)]
    _require_own_ports(containers)
    names = {container["name"] for container in containers}
    services, left_out = {}, []
    for container in containers:
        told = {**aws, **environments[container["name"]]}
        service = service_of(container, volumes=task.get("volumes", []), environment=told)
        on_loopback_only(service, container)
        _reach_each_other(service, container, names)
        services[container["name"]] = service
        left_out += [f"{container['name']}: {', '.join(left_out_of(container))}"]
    skipped = [one["name"] for one in definition.containers if one["name"] not in names]
    content: dict[str, Any] = {"services": services}
    if volumes := _named_volumes(services):
        content["volumes"] = dict.fromkeys(volumes)
    return (
        _HEADER.format(task=where)
        + _comment("Left out of ", [line for line in left_out if not line.endswith(": ")])
        + _comment("No service, as ECS sets it up: ", skipped)
        + yaml.dump(_literal(content), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=99)
    )


def _runs_here(definition: Definition, container: RawContainer) -> bool:
    """Whether a container works without what ECS sets up around it: routing and log sockets."""
    routes_logs = container.get("firelensConfiguration") is not None
    return container["name"] != definition.proxy and not routes_logs


def _require_own_ports(containers: Sequence[RawContainer]) -> None:
    problems = [
        Problem(
            where="--compose",
            what=f"the containers '{first.name}' and '{second.name}' must listen on ports of their "
            "own, as Compose runs them in one network",
            got=f"{port.transport} {min(port.numbers)} twice",
            fix="Change the port of one of them.",
        )
        for first, second in itertools.combinations(map(facts_of, containers), 2)
        for port in first.ports
        for other in second.ports
        if port.transport == other.transport and set(port.numbers) & set(other.numbers)
    ]
    if problems:
        raise ConfigurationError(*problems)


def _reach_each_other(service: dict[str, Any], container: RawContainer, names: set[str]) -> None:
    """Give the names that bridge mode's links have, and the order of start."""
    hosts = [
        f"{alias or name}:{LOOPBACK[0]}"
        for name, _, alias in (link.partition(":") for link in container.get("links") or ())
        if name in names
    ]
    if hosts:
        service["extra_hosts"] = [*service.get("extra_hosts", []), *hosts]
    waits = {name: found for name, found in service.get("depends_on", {}).items() if name in names}
    service.pop("depends_on", None)
    if waits:
        service["depends_on"] = waits


def _named_volumes(services: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    named = {
        mount["source"]
        for service in services.values()
        for mount in service.get("volumes", [])
        if mount["type"] == "volume"
    }
    return sorted(named)


def _comment(title: str, lines: Sequence[str]) -> str:
    return "".join(f"# {title}{line}\n" for line in lines)


def _literal(value: Any) -> Any:
    """Return content whose every ``$`` Compose takes as it is, in place of a variable's name."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: _literal(found) for key, found in value.items()}
    return [_literal(found) for found in value] if isinstance(value, list) else value


class _Plain(yaml.SafeDumper):
    """Writes each value where it is used: no anchors, which few people read."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True
