"""Whether a task definition can carry a sidecar, and every reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Annotations, Stack
from aws_cdk import aws_ecs as ecs
from constructs import IConstruct

from cdk_ecs_xray.cdk.rendered import network_mode_of, resource_of, windows_sign_of
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.fit import (
    ContainerFacts,
    Ports,
    TaskFacts,
    budget_obstacles,
    obstacles,
    port_obstacles,
    port_range,
    shares_ports,
)
from cdk_ecs_xray.plan.instrumentation import Agent, taken_names
from cdk_ecs_xray.plan.profile import SidecarProfile

_LOG_ROUTER_MIB = 50
"""What CDK reserves for the log router that it adds by itself (aws-cdk-lib 2.275)."""


def containers_of(task_definition: ecs.TaskDefinition) -> Sequence[ecs.ContainerDefinition]:
    """Return the containers of a task definition, in the order they were added."""
    return [
        child
        for child in task_definition.node.children
        if isinstance(child, ecs.ContainerDefinition)
    ]


def problems_of(
    task_definition: ecs.TaskDefinition,
    *,
    mode: str,
    container_name: str,
    ports: Sequence[Ports],
    profile: SidecarProfile,
) -> Sequence[Problem]:
    """Return why this task definition cannot carry this sidecar; nothing when it can."""
    return obstacles(
        _facts(task_definition, mode),
        container_name=container_name,
        ports=ports,
        cpu=profile.cpu,
        memory_mib=profile.memory_reservation_mib,
    )


def late_problems(
    task_definition: ecs.TaskDefinition, *, container_name: str, ports: Sequence[Ports]
) -> Sequence[Problem]:
    """Return what does not fit into a task definition that has its sidecar already."""
    task = _facts(task_definition, network_mode_of(task_definition))
    shared = ports if shares_ports(task.mode) else ()
    return [*budget_obstacles(task), *port_obstacles(task, shared, sidecar=container_name)]


def init_problems(task_definition: ecs.TaskDefinition, agent: Agent) -> Sequence[Problem]:
    """Return why an init container has no place in a task definition; nothing where it has."""
    task = _facts(task_definition, network_mode_of(task_definition))
    resource = resource_of(task_definition)
    volumes = Stack.of(task_definition).resolve(resource.volumes) or []
    named: Mapping[str, Sequence[object]] = {
        "container": [container.name for container in task.containers],
        "volume": [volume.get("name") for volume in volumes if isinstance(volume, Mapping)],
    }
    return [
        *taken_names(agent, where=task.where, named=named),
        *budget_obstacles(task, memory_mib=agent.memory_mib, sidecars=1, added=f"'{agent.name}'"),
    ]


def refuse_second_collector(container: ecs.ContainerDefinition) -> None:
    """Fail the synthesis of a task definition that would run two collectors of traces.

    Where containers share their network, the later one cannot open its port and exits.
    """
    task_definition = container.task_definition
    problem = Problem(
        where=task_definition.node.path,
        what=f"the collector '{container.container_name}' and XRayTracing cannot be combined",
        fix="Keep one. To keep the container, leave the extension out; the aspect passes over such "
        "a task definition.",
    )
    Annotations.of(task_definition).add_error(f"[ecs-xray:second-collector] {problem}")


def _facts(task_definition: ecs.TaskDefinition, mode: str) -> TaskFacts:
    """Ask CDK for what can matter only: every question crosses into its JavaScript kernel."""
    node = task_definition.node
    children = node.children
    task = resource_of(task_definition)
    cpu, memory_mib = _number(task.cpu), _number(task.memory)
    return TaskFacts(
        where=node.path,
        mode=mode,
        windows=windows_sign_of(task_definition),
        containers=[
            ContainerFacts(
                name=child.container_name,
                ports=[] if mode == "bridge" else _ports_of(child),
                cpu=0 if cpu is None else int(child.cpu or 0),
                memory_mib=0 if memory_mib is None else _memory_of(child),
            )
            for child in children
            if isinstance(child, ecs.ContainerDefinition)
        ]
        + _coming_log_router(children),
        cpu=cpu,
        memory_mib=memory_mib,
    )


def _coming_log_router(children: Sequence[IConstruct]) -> list[ContainerFacts]:
    """Return the log router that CDK adds when it renders containers that log to FireLens."""
    containers = [child for child in children if isinstance(child, ecs.ContainerDefinition)]
    configurations = [container.log_driver_config for container in containers]
    if any(isinstance(container, ecs.FirelensLogRouter) for container in containers) or not any(
        one is not None and one.log_driver == "awsfirelens" for one in configurations
    ):
        return []
    return [ContainerFacts(name="log-router", memory_mib=_LOG_ROUTER_MIB)]


def _ports_of(container: ecs.ContainerDefinition) -> Sequence[Ports]:
    return [
        Ports(
            port_range(int(mapping.container_port), mapping.container_port_range),
            "udp" if mapping.protocol is ecs.Protocol.UDP else "tcp",
        )
        for mapping in container.port_mappings
    ]


def _memory_of(container: ecs.ContainerDefinition) -> int:
    definition = container.render_container_definition()
    reserved = definition.memory_reservation
    return int((definition.memory if reserved is None else reserved) or 0)


def _number(value: object) -> int | None:
    # A task's size may be a CDK token, which has its value only at deployment.
    return int(value) if isinstance(value, str) and value.isdigit() else None


def mode_problem(task_definition: ecs.TaskDefinition, *, made: str, mode: str) -> Problem:
    """Return what is wrong with a network mode that changed since the task was made."""
    # CDK itself refuses links, and some host ports, by the mode that the L2 was made with.
    return Problem(
        where=task_definition.node.path,
        what=f"network_mode must stay what it was when tracing was added, '{made}'",
        got=f"'{mode}' on the CfnTaskDefinition",
        fix="Set it on the ecs.TaskDefinition itself.",
    )
