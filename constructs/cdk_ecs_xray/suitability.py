"""Whether a task definition can carry a sidecar, and every reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.network import NETWORKS, XRAY_PORT
from cdk_ecs_xray.profile import SidecarProfile

MAX_CONTAINERS = 10  # ECS's quota per task definition; it cannot be raised.

NETWORK_MODES = {
    ecs.NetworkMode.BRIDGE: "bridge",
    ecs.NetworkMode.AWS_VPC: "awsvpc",
    ecs.NetworkMode.HOST: "host",
    ecs.NetworkMode.NAT: "nat",
    ecs.NetworkMode.NONE: "none",
}


def containers_of(task_definition: ecs.TaskDefinition) -> Sequence[ecs.ContainerDefinition]:
    """Return the containers of a task definition, in the order they were added."""
    return [
        child
        for child in task_definition.node.children
        if isinstance(child, ecs.ContainerDefinition)
    ]


def problems_of(
    task_definition: ecs.TaskDefinition, *, container_name: str, profile: SidecarProfile
) -> Sequence[str]:
    """Return why this task definition cannot carry this sidecar; nothing when it can."""
    path = task_definition.node.path
    mode = NETWORK_MODES[task_definition.network_mode]
    containers = containers_of(task_definition)
    problems = []
    if mode not in NETWORKS:
        problems.append(
            f"{path}: network_mode must be one of {', '.join(NETWORKS)} so that the app can reach "
            f"a collector, got '{mode}'; use bridge or host on EC2, awsvpc on Fargate"
        )
    if _runs_windows(task_definition):
        problems.append(
            f"{path}: the operating system must be Linux, got Windows; no collector has an image "
            "for it, so run the app on Linux or send traces to a collector elsewhere"
        )
    if any(container.container_name == container_name for container in containers):
        problems.append(
            f"{path}: container names must be unique, got a second '{container_name}'; rename "
            "that container or give the sidecar another name with Naming"
        )
    if mode in ("awsvpc", "host"):
        problems += _port_problems(path, mode, containers)
    problems += budget_problems(
        task_definition,
        containers,
        sidecar_cpu=profile.cpu,
        sidecar_memory_mib=profile.memory_reservation_mib,
        sidecars=1,
    )
    return problems


def budget_problems(
    task_definition: ecs.TaskDefinition,
    containers: Sequence[ecs.ContainerDefinition],
    *,
    sidecar_cpu: int = 0,
    sidecar_memory_mib: int = 0,
    sidecars: int = 0,
) -> Sequence[str]:
    """Return what does not fit: too many containers, or more cpu or memory than the task has.

    :param sidecars: 1 with the sidecar's sizes when it is still to be added.
    """
    path = task_definition.node.path
    problems = []
    count = len(containers) + sidecars
    if count > MAX_CONTAINERS:
        problems.append(
            f"{path}: a task definition must have at most {MAX_CONTAINERS} containers, got "
            f"{count} with the collector; merge or move one"
        )
    task: Any = task_definition.node.default_child
    cpu = sidecar_cpu + sum(int(container.cpu or 0) for container in containers)
    if _is_number(task.cpu) and cpu > int(task.cpu):
        problems.append(
            f"{path}: the cpu of all containers must be at most the task's {task.cpu}, got {cpu} "
            f"with the collector; give the task more or the app {cpu - int(task.cpu)} less"
        )
    if _is_number(task.memory):
        memory = sidecar_memory_mib + sum(_memory_of(container) for container in containers)
        if memory > int(task.memory):
            problems.append(
                f"{path}: the memory of all containers must be at most the task's {task.memory} "
                f"MiB, got {memory} with the collector; give the task more or the app "
                f"{memory - int(task.memory)} less"
            )
    return problems


def _runs_windows(task_definition: ecs.TaskDefinition) -> bool:
    platform = task_definition.runtime_platform
    family = None if platform is None else platform.operating_system_family
    return family is not None and family.is_windows()


def _port_problems(
    path: str, mode: str, containers: Sequence[ecs.ContainerDefinition]
) -> Sequence[str]:
    return [
        f"{path}: port {XRAY_PORT} must be free in {mode} mode, where containers share ports, got "
        f"it mapped by '{container.container_name}'; move that container to another port"
        for container in containers
        if any(mapping.container_port == XRAY_PORT for mapping in container.port_mappings)
    ]


def _memory_of(container: ecs.ContainerDefinition) -> int:
    definition = container.render_container_definition()
    reserved = definition.memory_reservation
    return int((definition.memory if reserved is None else reserved) or 0)


def _is_number(value: object) -> bool:
    # A task's size may be a CDK token, which has its value only at deployment.
    return isinstance(value, str) and value.isdigit()
