"""What is wrong between the values of the containers of one service, and its volumes. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from cdk_ecs_xray.environments.container import Container
from cdk_ecs_xray.environments.lenient import Found, Path
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.files.field_limits import shown

_VOLUME_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_MOST_FILES = 10
"""Environment files of a task definition: environmentFiles in the ECS API reference."""


def path_of(service: Service, position: int, *keys: int | str) -> Path:
    """Return where the keys of one of its containers are: in the service, or in its list."""
    return ("containers", position, *keys) if service.containers else keys


def container_problems(service: Service) -> Found:
    """Return what is wrong between the values of its containers, and of what they mount."""
    yield from _of_each(service)
    yield from _of_all(service)
    yield from _volume_problems(service)


def _of_all(service: Service) -> Found:
    """Yield what is wrong between containers of one task."""
    where = ("containers",) if service.containers else ("ports",)
    hosted = Counter(
        (port.host_port, port.protocol)
        for app in service.apps
        for port in app.all_ports
        if port.host_port and service.network_mode == "bridge"
    )
    for (port, _), times in hosted.items():
        if times > 1:
            yield (
                where,
                Problem(
                    what="must hold each host_port once",
                    got=f"{port} twice",
                    fix="Remove one host_port, and Docker chooses.",
                ),
            )
    files = [one for app in service.apps for one in app.environment_files]
    if len(files) > _MOST_FILES:
        yield (
            ("containers",) if service.containers else ("environment_files",),
            Problem(
                what=f"must have at most {_MOST_FILES} environment files in a task",
                got=str(len(files)),
                fix="Join some of them.",
            ),
        )
    if service.apps and not any(app.essential for app in service.apps):
        yield (
            ("containers",),
            Problem(
                what="requires at least one essential container",
                fix="Remove essential: false from the one that the task is for.",
            ),
        )


def _of_each(service: Service) -> Found:
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
        yield from _given_twice(service, position, app)


def _given_twice(service: Service, position: int, app: Container) -> Found:
    """Yield what a container has twice, which ECS refuses."""
    for key, what, values, fix in (
        (
            "secrets",
            "must have other names than environment",
            [*app.environment, *app.secrets],
            "Remove the variable from one of the two.",
        ),
        (
            "mounts",
            "must have each path once",
            [mount.path for mount in app.mounts],
            "Mount one of them elsewhere.",
        ),
        (
            "ulimits",
            "must hold each limit once",
            [limit.name for limit in app.ulimits],
            "Remove one.",
        ),
    ):
        twice = [value for value, times in Counter(values).items() if times > 1]
        if twice:
            yield (
                path_of(service, position, key),
                Problem(what=what, got=f"'{twice[0]}' twice", fix=fix),
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
        if _VOLUME_NAME.fullmatch(name) is None:
            yield (
                ("volumes",),
                Problem(
                    what="must have names of 1 to 255 letters, digits, hyphens and underscores",
                    got=shown(name),
                    fix="Rename it.",
                ),
            )
        if volume.efs is not None and service.launch == "external":
            yield (
                ("volumes", name, "efs"),
                Problem(
                    what="and launch 'external' cannot be combined",
                    fix="ECS Anywhere mounts no EFS: use host_path.",
                ),
            )
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


def _others(names: Sequence[str], own: str) -> str:
    return ", ".join(name for name in names if name != own) or "there is none"
