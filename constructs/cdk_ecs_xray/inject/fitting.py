"""Raises the size of a task that has no room for a sidecar. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.inject.definition import Definition, facts_of
from cdk_ecs_xray.inject.edits import Addition
from cdk_ecs_xray.inject.instrumenting import facts_of_agents
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.shape_check import CONTAINERS
from cdk_ecs_xray.inject.sizes import cpu_units, mebibytes
from cdk_ecs_xray.plan.fit import Ports, TaskFacts, budget_obstacles, obstacles
from cdk_ecs_xray.plan.instrumentation import Agent
from cdk_ecs_xray.plan.network import SidecarNetwork
from cdk_ecs_xray.plan.operating_system import windows_sign
from cdk_ecs_xray.plan.profile import SidecarProfile
from cdk_ecs_xray.plan.task_sizes import fargate_size
from cdk_ecs_xray.plan.wiring import Warned

_FACTORS = {"cpu": 1024, "memory": 1024}
_NUMBER = re.compile(r"[0-9]*\.?[0-9]+")


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A task's size before and after; None for what the task does not set."""

    before: tuple[int | None, int | None]
    after: tuple[int | None, int | None]


def fitted(task: TaskFacts, profile: SidecarProfile, *, fargate: bool) -> Fitted:
    """Return the size with room for a sidecar: Fargate's next, or the sum on instances."""
    before = (task.cpu, task.memory_mib)
    cpu, memory = (
        None if size is None else max(size, added + used)
        for size, added, used in (
            (task.cpu, profile.cpu, sum(one.cpu for one in task.containers)),
            (
                task.memory_mib,
                profile.memory_reservation_mib,
                sum(one.memory_mib for one in task.containers),
            ),
        )
    )
    after = (cpu, memory)
    if fargate and cpu is not None and memory is not None and after != before:
        # Where none of Fargate's is large enough, the task stays as it is and is refused.
        after = fargate_size(cpu, memory) or before
    return Fitted(before=before, after=after)


def with_advice(
    problems: Sequence[Problem], task: TaskFacts, profile: SidecarProfile
) -> Sequence[Problem]:
    """Return the problems; those of size name the option that raises it."""
    sizes = budget_obstacles(
        task, cpu=profile.cpu, memory_mib=profile.memory_reservation_mib, sidecars=1
    )
    others = budget_obstacles(replace(task, cpu=None, memory_mib=None), sidecars=1)
    return [
        replace(one, fix=f"{one.fix} Or pass --size-to-fit (size_to_fit in Python) to raise it.")
        if one in sizes and one not in others
        else one
        for one in problems
    ]


def task_facts(
    definition: Definition, network: SidecarNetwork, agents: Sequence[Agent]
) -> TaskFacts:
    """Return what decides whether it fits, the init containers that are still to be added too."""
    cpu, memory_mib = task_size(definition.field)
    return TaskFacts(
        where=definition.where,
        mode=network.mode,
        windows=windows_sign({**definition.field, CONTAINERS: definition.containers}),
        containers=[
            *(facts_of(container) for container in definition.containers),
            *facts_of_agents(definition, agents),
        ],
        cpu=cpu,
        memory_mib=memory_mib,
    )


def task_obstacles(
    definition: Definition,
    network: SidecarNetwork,
    options: TracingOptions,
    agents: Sequence[Agent],
    *,
    ports: Sequence[Ports],
) -> Sequence[Problem]:
    """Return what keeps a sidecar out of a task.

    :param ports: that the collector opens.
    """
    facts, profile = task_facts(definition, network, agents), options.profile
    task = facts
    if options.size_to_fit:
        size = fitted(facts, profile, fargate=definition.on_fargate)
        task = replace(facts, cpu=size.after[0], memory_mib=size.after[1])
    problems = obstacles(
        task,
        container_name=options.container_name,
        ports=ports,
        cpu=profile.cpu,
        memory_mib=profile.memory_reservation_mib,
    )
    return problems if options.size_to_fit else with_advice(problems, facts, profile)


def raised(
    definition: Definition,
    network: SidecarNetwork,
    options: TracingOptions,
    agents: Sequence[Agent],
) -> tuple[Sequence[Addition], Sequence[Warned]]:
    """Return what gives a task the size with room for a sidecar, and what that costs."""
    fargate = definition.on_fargate
    size = fitted(task_facts(definition, network, agents), options.profile, fargate=fargate)
    return (
        list(size_additions(definition, size)),
        size_warnings(definition, size, fargate=fargate),
    )


def size_additions(definition: Definition, size: Fitted) -> Iterator[Addition]:
    """Yield what writes the new size, in the spelling that the file has."""
    for key, before, after in zip(("cpu", "memory"), size.before, size.after, strict=True):
        if after != before and after is not None:
            yield Addition(path=(key,), value=_spelled(definition.field[key], after, _FACTORS[key]))


def size_warnings(definition: Definition, size: Fitted, *, fargate: bool) -> Sequence[Warned]:
    """Return what was raised, and what that costs."""
    changes = [
        f"{name} {before} to {after}"
        for name, before, after in zip(("cpu", "memory"), size.before, size.after, strict=True)
        if after != before
    ]
    cost = (
        "Fargate charges for the size of the task, so each task costs more."
        if fargate
        else "Each task reserves more of its instance, so fewer tasks fit on one."
    )
    return [
        Warned(
            id="ecs-xray:size-raised",
            problem=Problem(
                where=definition.where,
                what="the task's size is raised to have room for the sidecar",
                got=", ".join(changes),
                fix=cost,
            ),
        )
        for _ in changes[:1]
    ]


def task_size(field: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return CPU units and MiB of a task; None for what is not set or no number yet."""
    return cpu_units(field.get("cpu")), mebibytes(field.get("memory"))


def _spelled(original: Any, size: int, factor: int) -> Any:
    if isinstance(original, int):
        return size
    text = str(original)
    number = f"{size / factor:g}" if re.search("[a-z]", text, re.IGNORECASE) else str(size)
    return _NUMBER.sub(number, text, count=1)
