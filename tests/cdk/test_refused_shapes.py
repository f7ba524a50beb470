"""Task definitions that cannot carry a sidecar say every reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    Naming,
    UnsupportedTaskDefinitionError,
    XRaySidecar,
    XRayTracing,
)

IMAGE = ecs.ContainerImage.from_registry("app:7")


def none(stack: cdk.Stack) -> ecs.TaskDefinition:
    return ecs.Ec2TaskDefinition(stack, "Task", network_mode=ecs.NetworkMode.NONE)


def nat(stack: cdk.Stack) -> ecs.TaskDefinition:
    return ecs.Ec2TaskDefinition(stack, "Task", network_mode=ecs.NetworkMode.NAT)


def windows(stack: cdk.Stack) -> ecs.TaskDefinition:
    return ecs.FargateTaskDefinition(
        stack,
        "Task",
        cpu=1024,
        memory_limit_mib=2048,
        runtime_platform=ecs.RuntimePlatform(
            cpu_architecture=ecs.CpuArchitecture.X86_64,
            operating_system_family=ecs.OperatingSystemFamily.WINDOWS_SERVER_2022_CORE,
        ),
    )


def taken_port(stack: cdk.Stack) -> ecs.TaskDefinition:
    task_definition = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
    task_definition.add_container(
        "statsd", image=IMAGE, port_mappings=[ecs.PortMapping(container_port=2000)]
    )
    return task_definition


def ten_containers(stack: cdk.Stack) -> ecs.TaskDefinition:
    task_definition = ecs.Ec2TaskDefinition(stack, "Task")
    for number in range(10):
        task_definition.add_container(f"app{number}", image=IMAGE, memory_limit_mib=64)
    return task_definition


def no_cpu_left(stack: cdk.Stack) -> ecs.TaskDefinition:
    task_definition = ecs.FargateTaskDefinition(stack, "Task", cpu=256, memory_limit_mib=1024)
    task_definition.add_container("app", image=IMAGE, cpu=256)
    return task_definition


def no_memory_left(stack: cdk.Stack) -> ecs.TaskDefinition:
    task_definition = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
    task_definition.add_container("app", image=IMAGE, memory_limit_mib=1024)
    return task_definition


def taken_name(stack: cdk.Stack) -> ecs.TaskDefinition:
    task_definition = ecs.Ec2TaskDefinition(stack, "Task")
    task_definition.add_container("xray-daemon", image=IMAGE, memory_limit_mib=64)
    return task_definition


REFUSED = [
    (none, ["network_mode must be one of bridge, awsvpc, host", "'none'"]),
    (nat, ["network_mode must be one of bridge, awsvpc, host", "'nat'"]),
    (windows, ["operating system must be Linux (got Windows"]),
    (taken_port, ["port 2000 must be free in awsvpc mode", "'statsd'"]),
    (ten_containers, ["at most 10 containers (got 11"]),
    (no_cpu_left, ["at most the task's 256 (got 288", "32 less"]),
    (no_memory_left, ["at most the task's 1024 MiB (got 1280", "256 less"]),
    (taken_name, ["container names must be unique (got a second 'xray-daemon'"]),
]


@pytest.mark.parametrize(("make", "says"), REFUSED, ids=[make.__name__ for make, _ in REFUSED])
def test_the_construct_refuses_and_adds_nothing(
    make: Callable[[cdk.Stack], ecs.TaskDefinition], says: list[str]
) -> None:
    stack = cdk.Stack()
    task_definition = make(stack)
    before = len(task_definition.node.find_all())
    with pytest.raises(UnsupportedTaskDefinitionError) as refused:
        XRaySidecar(task_definition, "XRay", task_definition=task_definition)
    (problem,) = map(str, refused.value.problems)
    assert problem.startswith(f"{task_definition.node.path}: ")
    assert all(part in problem for part in says)
    assert len(task_definition.node.find_all()) == before


@pytest.mark.parametrize(("make", "says"), REFUSED, ids=[make.__name__ for make, _ in REFUSED])
def test_the_extension_fails_the_synthesis_with_the_same_words(
    make: Callable[[cdk.Stack], ecs.TaskDefinition],
    says: list[str],
    synthesise: Callable[..., Any],
) -> None:
    def build(stack: cdk.Stack) -> None:
        task_definition = make(stack)
        if not task_definition.default_container:
            task_definition.add_container("app", image=IMAGE, memory_limit_mib=64)
        task_definition.add_extension(XRayTracing())

    errors = [error for error in synthesise(build).errors if "[ecs-xray:not-traced]" in error]
    assert len(errors) == 1
    assert all(part in errors[0] for part in says)


def test_all_reasons_come_at_once() -> None:
    stack = cdk.Stack()
    task_definition = ecs.FargateTaskDefinition(stack, "Task", cpu=256, memory_limit_mib=512)
    task_definition.add_container(
        "xray-daemon",
        image=IMAGE,
        cpu=256,
        memory_limit_mib=512,
        port_mappings=[ecs.PortMapping(container_port=2000, protocol=ecs.Protocol.UDP)],
    )
    with pytest.raises(UnsupportedTaskDefinitionError) as refused:
        XRaySidecar(task_definition, "XRay", task_definition=task_definition)
    assert len(refused.value.problems) == 4


def test_a_container_added_later_that_does_not_fit_fails_the_synthesis(
    synthesise: Callable[..., Any],
) -> None:
    def build(stack: cdk.Stack) -> None:
        task_definition = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
        task_definition.add_extension(XRayTracing())
        task_definition.add_container("app", image=IMAGE, memory_limit_mib=1024)

    (error,) = synthesise(build).errors
    assert "[ecs-xray:does-not-fit]" in error
    assert "got 1280" in error


def test_a_name_in_use_can_be_avoided_with_naming() -> None:
    stack = cdk.Stack()
    task_definition = taken_name(stack)
    sidecar = XRaySidecar(
        task_definition,
        "XRay",
        task_definition=task_definition,
        naming=Naming(namespace="fq", environment="dev", service="billing"),
    )
    assert sidecar.container.container_name == "fq-dev-xray"


def test_port_2000_of_another_container_is_its_own_in_bridge_mode() -> None:
    stack = cdk.Stack()
    task_definition = ecs.Ec2TaskDefinition(stack, "Task")
    task_definition.add_container(
        "statsd",
        image=IMAGE,
        memory_limit_mib=64,
        port_mappings=[ecs.PortMapping(container_port=2000)],
    )
    sidecar = XRaySidecar(task_definition, "XRay", task_definition=task_definition)
    assert sidecar.address == "xray-daemon:2000"
