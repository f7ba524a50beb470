"""Whether a task has room for a collector: one set of reasons for constructs and files. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.network import NETWORKS

MAX_CONTAINERS = 10  # ECS's quota per task definition; it cannot be raised.


Transport = Literal["udp", "tcp"]


class Ports(NamedTuple):
    """Ports of one transport: an app's mapping, or one that a collector opens."""

    numbers: range
    transport: Transport


@dataclass(frozen=True, kw_only=True)
class ContainerFacts:
    """What of a container decides whether another one fits beside it.

    :param ports: container ports that it maps, ranges included.
    :param cpu: CPU units; 0 where none are set.
    :param memory_mib: its reservation, or its limit where it has no reservation.
    """

    name: str
    ports: Sequence[Ports] = ()
    cpu: int = 0
    memory_mib: int = 0


@dataclass(frozen=True, kw_only=True)
class TaskFacts:
    """What of a task definition decides whether it can carry a sidecar.

    :param where: what errors name, such as a construct's path or a file.
    :param mode: ECS's own name of the network mode.
    :param windows: what shows that it runs Windows, see :func:`windows_sign`; None for Linux.
    :param cpu: CPU units of the whole task; None where it sets none, or no number yet.
    :param memory_mib: likewise.
    """

    where: str
    mode: str
    windows: str | None
    containers: Sequence[ContainerFacts]
    cpu: int | None
    memory_mib: int | None


def port_range(port: int, ports: str | None) -> range:
    """Return what a port mapping covers: ``ports`` such as ``8000-8010``, or the one port."""
    if ports is None:
        return range(port, port + 1)
    first, _, last = ports.partition("-")
    return range(int(first), int(last or first) + 1)


def obstacles(
    task: TaskFacts, *, container_name: str, ports: Sequence[Ports], cpu: int, memory_mib: int
) -> Sequence[Problem]:
    """Return why a task cannot carry a sidecar of this name and size; nothing when it can.

    :param ports: every port that the collector opens.
    """
    problems = []
    if task.mode not in NETWORKS:
        problems.append(
            Problem(
                where=task.where,
                what=f"network_mode must be one of {', '.join(NETWORKS)} so that the app can "
                "reach a collector",
                got=f"'{task.mode}'",
                fix="Use bridge or host on EC2, awsvpc on Fargate.",
            )
        )
    if task.windows is not None:
        problems.append(
            Problem(
                where=task.where,
                what="the operating system must be Linux",
                got=f"Windows, by {task.windows}",
                fix="This kit deploys Linux images only. The CloudWatch agent has Windows images: "
                "run it yourself. If the task does run on Linux, set operatingSystemFamily to "
                "LINUX.",
            )
        )
    if any(container.name == container_name for container in task.containers):
        problems.append(
            Problem(
                where=task.where,
                what="container names must be unique",
                got=f"a second '{container_name}'",
                fix="Rename that container or give the sidecar another name with Naming.",
            )
        )
    if shares_ports(task.mode):
        problems += port_obstacles(task, ports)
    problems += budget_obstacles(task, cpu=cpu, memory_mib=memory_mib, sidecars=1)
    return problems


def budget_obstacles(
    task: TaskFacts,
    *,
    cpu: int = 0,
    memory_mib: int = 0,
    sidecars: int = 0,
    added: str = "the collector",
) -> Sequence[Problem]:
    """Return what does not fit: too many containers, or more cpu or memory than the task has.

    :param sidecars: 1 with the sidecar's sizes when it is still to be added.
    :param added: what is added, as sentences name it.
    """
    problems = []
    count = len(task.containers) + sidecars
    if count > MAX_CONTAINERS:
        problems.append(
            Problem(
                where=task.where,
                what=f"a task definition must have at most {MAX_CONTAINERS} containers",
                got=f"{count} with {added}",
                fix="Merge or move one.",
            )
        )
    cpu += sum(container.cpu for container in task.containers)
    if task.cpu is not None and cpu > task.cpu:
        problems.append(
            Problem(
                where=task.where,
                what=f"the cpu of all containers must be at most the task's {task.cpu}",
                got=f"{cpu} with {added}",
                fix=f"Give the task more or the app {cpu - task.cpu} less.",
            )
        )
    memory_mib += sum(container.memory_mib for container in task.containers)
    if task.memory_mib is not None and memory_mib > task.memory_mib:
        problems.append(
            Problem(
                where=task.where,
                what=f"the memory of all containers must be at most the task's {task.memory_mib} "
                "MiB",
                got=f"{memory_mib} with {added}",
                fix=f"Give the task more or the app {memory_mib - task.memory_mib} less.",
            )
        )
    return problems


def shares_ports(mode: str) -> bool:
    """Return whether containers of a task share their ports; a link leads to another network."""
    return mode in ("awsvpc", "host")


def port_obstacles(
    task: TaskFacts, opened: Sequence[Ports], *, sidecar: str | None = None
) -> Sequence[Problem]:
    """Return the containers that map a port which a collector opens in the same network.

    :param opened: every port that the collector opens.
    :param sidecar: its container, where the task has it already.
    """
    numbers = sorted({ports.numbers.start for ports in opened})
    return [
        Problem(
            where=task.where,
            what=f"port {number} must be free in {task.mode} mode, where containers share ports",
            got=f"it mapped by '{container.name}'",
            fix="Move that container to another port.",
        )
        for number in numbers
        for container in task.containers
        if container.name != sidecar
        and any(
            number in mapped.numbers
            and any(
                mapped.transport == ports.transport for ports in opened if number in ports.numbers
            )
            for mapped in container.ports
        )
    ]
