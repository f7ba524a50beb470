"""What is wrong between the values of one service. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from cdk_ecs_xray.environments.container import Container
from cdk_ecs_xray.environments.lenient import Found, Path
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.fargate_sizes import FARGATE_SIZES, memory_words

_NOT_ON = {
    "external": ("load_balancer", "discovery", "service_connect", "capacity_providers"),
    "fargate": ("placement", "new_cluster"),
}
"""Keys that a launch type has no use for: external instances have no load balancing and service
discovery, Fargate no instances ("Amazon ECS clusters for external instances", "Fargate" in the
developer guide)."""


def service_problems(service: Service) -> Found:
    """Return what is wrong between the values of a service, file or no file."""
    checks = (_launch_problems, _size_problems, _container_problems, _volume_problems, _connected)
    return chain.from_iterable(check(service) for check in checks)


def path_of(service: Service, position: int, *keys: int | str) -> Path:
    """Return where the keys of one of its containers are: in the service, or in its list."""
    return ("containers", position, *keys) if service.containers else keys


def _launch_problems(service: Service) -> Found:
    launch, mode = service.launch, service.network_mode
    file = service.task_definition is not None
    if not file and launch == "fargate" and mode != "awsvpc":
        yield (
            ("network_mode",),
            Problem(what="must be awsvpc on Fargate", got=f"'{mode}'", fix="Remove network_mode."),
        )
    if not file and launch == "managed_instances" and mode == "bridge":
        yield (
            ("network_mode",),
            Problem(
                what="must be awsvpc or host on Managed Instances",
                got="'bridge'",
                fix="Remove network_mode.",
            ),
        )
    if not file and launch == "external" and mode == "awsvpc":
        yield (
            ("network_mode",),
            Problem(
                what="must be bridge or host on external instances",
                got="'awsvpc'",
                fix="ECS Anywhere has no network interfaces to give: use bridge.",
            ),
        )
    for key in _NOT_ON.get(launch, ()):
        if getattr(service, key) not in (None, ()):
            yield (
                (key,),
                Problem(
                    what=f"and launch '{launch}' cannot be combined",
                    fix="It has nothing of that kind: remove one.",
                ),
            )
    if launch != "fargate" and service.ephemeral_storage_gib is not None:
        yield (
            ("ephemeral_storage_gib",),
            Problem(
                what="requires `launch: fargate`", fix="Remove it: instances have their own disk."
            ),
        )


def _size_problems(service: Service) -> Found:
    if service.launch != "fargate" or service.task_definition is not None:
        return
    cpu, memory = service.task_cpu, service.task_memory_mib
    for key, value, example in (("task_cpu", cpu, 256), ("task_memory_mib", memory, 512)):
        if value is None:
            yield (
                (key,),
                Problem(what="is required on Fargate", fix=f"Add it, such as {key}: {example}."),
            )
    if cpu is not None and cpu not in FARGATE_SIZES:
        yield (
            ("task_cpu",),
            Problem(
                what=f"must be one of {', '.join(map(str, FARGATE_SIZES))} on Fargate",
                got=str(cpu),
                fix="Choose one of these.",
            ),
        )
    elif cpu is not None and memory is not None and memory not in FARGATE_SIZES[cpu]:
        yield (
            ("task_memory_mib",),
            Problem(
                what=f"must be {memory_words(cpu)} with task_cpu {cpu} on Fargate",
                got=str(memory),
                fix="Change one of the two.",
            ),
        )


def _container_problems(service: Service) -> Found:
    names = [app.name for app in service.apps]
    shares_ports = service.network_mode != "bridge"
    taken: dict[tuple[int, str], str] = {}
    for position, app in enumerate(service.apps):
        if not shares_ports:
            taken = {}
        yield from _port_problems(service, position, app, taken)
        if names.index(app.name) != position:
            yield (
                path_of(service, position, "name"),
                Problem(what="must be unique", got=f"'{app.name}' twice", fix="Rename one."),
            )
        for other in app.depends_on:
            if other not in names or other == app.name:
                yield (
                    path_of(service, position, "depends_on"),
                    Problem(
                        what=f"must name other containers: {_others(names, app.name)}",
                        got=f"'{other}'",
                        fix="The collector is depended on already.",
                    ),
                )
        limit = app.memory_limit_mib
        if limit is not None and limit < app.memory_reservation_mib:
            yield (
                path_of(service, position, "memory_limit_mib"),
                Problem(
                    what=f"must not be below memory_reservation_mib {app.memory_reservation_mib}",
                    got=str(limit),
                    fix="Raise the limit or lower the reservation.",
                ),
            )
        if service.launch == "fargate":
            yield from _fargate_ulimits(service, position, app)
    if service.apps and not any(app.essential for app in service.apps):
        yield (
            ("containers",),
            Problem(
                what="requires at least one essential container",
                fix="Remove essential: false from the one that the task is for.",
            ),
        )


def _port_problems(
    service: Service, position: int, app: Container, taken: dict[tuple[int, str], str]
) -> Found:
    key = "ports" if app.ports else "port"
    for port in app.all_ports:
        slot = (port.port, port.protocol)
        if slot in taken:
            yield (
                path_of(service, position, key),
                Problem(
                    what=f"must hold each port once, as {service.network_mode} mode shares them"
                    if taken[slot] != app.name
                    else "must hold each port once",
                    got=f"{port.port} twice, in '{taken[slot]}' and '{app.name}'"
                    if taken[slot] != app.name
                    else f"{port.port} twice",
                    fix="Remove one, or let the app listen on another port.",
                ),
            )
        taken.setdefault(slot, app.name)
        if port.host_port not in (None, port.port) and service.network_mode != "bridge":
            yield (
                path_of(service, position, key),
                Problem(
                    what=f"must have no host_port of another number in {service.network_mode} mode",
                    got=f"{port.host_port} for {port.port}",
                    fix="Remove host_port.",
                ),
            )


def _fargate_ulimits(service: Service, position: int, app: Container) -> Found:
    others = [limit.name for limit in app.ulimits if limit.name != "nofile"]
    if others:
        yield (
            path_of(service, position, "ulimits"),
            Problem(
                what="must be nofile on Fargate, which sets all others itself",
                got=", ".join(others),
                fix="Remove it.",
            ),
        )


def _volume_problems(service: Service) -> Found:
    for name, volume in service.volumes.items():
        if volume.host_path is not None and service.launch == "fargate":
            yield (
                ("volumes", name, "host_path"),
                Problem(
                    what="and launch 'fargate' cannot be combined",
                    fix="Fargate has no instance to mount from: use efs.",
                ),
            )
    for position, app in enumerate(service.apps):
        for mount in app.mounts:
            if mount.volume not in service.volumes:
                known = ", ".join(service.volumes) or "none yet"
                yield (
                    path_of(service, position, "mounts"),
                    Problem(
                        what="must name a volume of the service",
                        got=f"'{mount.volume}'",
                        fix=f"Known volumes: {known}. Add it to volumes.",
                    ),
                )


def _connected(service: Service) -> Found:
    named = [port.name for app in service.apps for port in app.all_ports if port.name is not None]
    for name, times in Counter(named).items():
        if times > 1:
            yield (
                ("ports",) if not service.containers else ("containers",),
                Problem(
                    what="must have names of ports that are unique in the service",
                    got=f"'{name}' twice",
                    fix="Rename one.",
                ),
            )
    if service.service_connect is None or service.task_definition is not None:
        return
    for connected in service.service_connect.ports:
        if connected.port_name not in named:
            yield (
                ("service_connect", "ports"),
                Problem(
                    what="must name a port of a container",
                    got=f"'{connected.port_name}'",
                    fix=f"Named ports: {', '.join(named) or 'none, so give one a name'}.",
                ),
            )


def _others(names: Sequence[str], own: str) -> str:
    return ", ".join(name for name in names if name != own) or "there is none"
