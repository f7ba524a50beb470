"""A collector starts first, so each port it opens has to be free in the task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    UnsupportedTaskDefinitionError,
    XRayDaemon,
    XRaySidecar,
    XRayTracing,
)

TCP, UDP = ecs.Protocol.TCP, ecs.Protocol.UDP
IMAGE = ecs.ContainerImage.from_registry("app:7")


def fargate(stack: cdk.Stack) -> ecs.TaskDefinition:
    return ecs.FargateTaskDefinition(stack, "Task", cpu=1024, memory_limit_mib=2048)


def host(stack: cdk.Stack) -> ecs.TaskDefinition:
    return ecs.Ec2TaskDefinition(stack, "Task", network_mode=ecs.NetworkMode.HOST)


def bridge(stack: cdk.Stack) -> ecs.TaskDefinition:
    return ecs.Ec2TaskDefinition(stack, "Task", network_mode=ecs.NetworkMode.BRIDGE)


def add_app(task: ecs.TaskDefinition, port: int, protocol: ecs.Protocol | None) -> None:
    task.add_container(
        "app",
        image=IMAGE,
        memory_limit_mib=256,
        port_mappings=[ecs.PortMapping(container_port=port, protocol=protocol)],
    )


TAKEN: list[tuple[Collector, int, ecs.Protocol | None]] = [
    (XRayDaemon(), 2000, UDP),
    (XRayDaemon(), 2000, None),
    (AdotCollector(), 4317, TCP),
    (AdotCollector(), 4318, None),
    (AdotCollector(), 13133, TCP),
    (CloudWatchAgent(), 4318, TCP),
]
FREE: list[tuple[Collector, int, ecs.Protocol | None]] = [
    (XRayDaemon(), 4318, TCP),
    # Its own metrics are switched off, so an app may have their port.
    (AdotCollector(), 8888, TCP),
    (AdotCollector(), 4318, UDP),
    (AdotCollector(), 8080, TCP),
    (CloudWatchAgent(), 13133, TCP),
]


@pytest.mark.parametrize("make", [fargate, host])
@pytest.mark.parametrize(("collector", "port", "protocol"), TAKEN)
def test_a_port_of_the_collectors_is_refused(
    make: Callable[[cdk.Stack], ecs.TaskDefinition],
    collector: Collector,
    port: int,
    protocol: ecs.Protocol | None,
) -> None:
    task = make(cdk.Stack())
    add_app(task, port, protocol)
    with pytest.raises(UnsupportedTaskDefinitionError, match=f"port {port} must be free in"):
        XRaySidecar(task, "XRay", task_definition=task, collector=collector)


@pytest.mark.parametrize("first", ["app", "extension"])
@pytest.mark.parametrize(("collector", "port", "protocol"), TAKEN)
def test_the_order_of_app_and_extension_changes_nothing(
    synthesise: Callable[..., Any],
    first: str,
    collector: Collector,
    port: int,
    protocol: ecs.Protocol | None,
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = fargate(stack)
        if first == "app":
            add_app(task, port, protocol)
        task.add_extension(XRayTracing(collector=collector))
        if first == "extension":
            add_app(task, port, protocol)

    (error,) = synthesise(build).errors
    assert f"port {port} must be free in awsvpc mode" in error
    assert "'app'" in error


@pytest.mark.parametrize("make", [fargate, host])
@pytest.mark.parametrize(("collector", "port", "protocol"), FREE)
def test_every_other_port_stays_the_apps(
    synthesise: Callable[..., Any],
    make: Callable[[cdk.Stack], ecs.TaskDefinition],
    collector: Collector,
    port: int,
    protocol: ecs.Protocol | None,
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = make(stack)
        task.add_extension(XRayTracing(collector=collector))
        add_app(task, port, protocol)

    assert synthesise(build).errors == []


@pytest.mark.parametrize(("collector", "port", "protocol"), TAKEN)
def test_a_linked_collector_has_ports_of_its_own(
    synthesise: Callable[..., Any],
    collector: Collector,
    port: int,
    protocol: ecs.Protocol | None,
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = bridge(stack)
        task.add_extension(XRayTracing(collector=collector))
        add_app(task, port, protocol)

    assert synthesise(build).errors == []
