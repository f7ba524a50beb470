"""Attaching: twice, to many, first or last, and to what cannot carry a sidecar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    ConfigurationError,
    Naming,
    UnsupportedTaskDefinitionError,
    XRayDaemon,
    XRaySidecar,
    XRayTracing,
)

if TYPE_CHECKING:
    from tests.conftest import Synthesised

Ec2Task = Callable[..., ecs.Ec2TaskDefinition]
AddApp = Callable[..., ecs.ContainerDefinition]
Synthesise = Callable[[Callable[[cdk.Stack], object]], "Synthesised"]


@pytest.fixture
def task(ec2_task: Ec2Task) -> ecs.Ec2TaskDefinition:
    """A task definition in a stack of its own."""
    return ec2_task(cdk.Stack(cdk.App(), "Stack"))


@pytest.mark.parametrize("times", [1, 2, 3])
def test_attaching_again_changes_nothing(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp, times: int
) -> None:
    def build(stack: cdk.Stack, *, times: int) -> None:
        task = ec2_task(stack)
        app = add_app(task)
        for _ in range(times):
            task.add_extension(XRayTracing())
        sidecar = XRaySidecar.of(task)
        assert sidecar is not None
        for _ in range(times - 1):
            sidecar.attach(app)
        sidecar.attach(sidecar.container)

    again = synthesise(lambda stack: build(stack, times=times))

    assert again.template == synthesise(lambda stack: build(stack, times=1)).template
    assert again.warnings == []


def test_one_extension_serves_many_task_definitions(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        tracing = XRayTracing()
        for construct_id in ("One", "Two"):
            task = ec2_task(stack, construct_id)
            add_app(task)
            task.add_extension(tracing)
        assert XRaySidecar.find(task) is not None

    stack = synthesise(build)

    assert len(stack.resources("AWS::Logs::LogGroup")) == 2
    definitions = stack.resources("AWS::ECS::TaskDefinition").values()
    assert len(definitions) == 2
    for definition in definitions:
        names = [
            container["Name"] for container in definition["Properties"]["ContainerDefinitions"]
        ]
        assert names == ["app", "xray-daemon"]


@pytest.mark.parametrize("essential", [True, False])
def test_the_sidecar_added_first_is_not_the_one_that_load_balancers_target(
    ec2_task: Ec2Task, add_app: AddApp, *, essential: bool
) -> None:
    from dataclasses import replace

    from cdk_ecs_xray import SidecarProfile

    task = ec2_task(cdk.Stack(cdk.App(), "Stack"))
    task.add_extension(XRayTracing(profile=replace(SidecarProfile.SAFE, essential=essential)))
    assert task.default_container is None

    app = add_app(task)

    assert task.default_container is not None
    assert task.default_container.node.path == app.node.path


def test_an_apps_own_place_is_kept_when_the_sidecar_comes_later(
    task: ecs.Ec2TaskDefinition, add_app: AddApp
) -> None:
    app = add_app(task)
    task.add_extension(XRayTracing())

    assert task.default_container is not None
    assert task.default_container.node.path == app.node.path


def test_the_sidecar_of_a_task_definition_can_be_had(task: ecs.Ec2TaskDefinition) -> None:
    assert XRaySidecar.find(task) is None

    task.add_extension(XRayTracing())

    sidecar = XRaySidecar.of(task)
    assert sidecar is not None
    assert sidecar.container.container_name == "xray-daemon"
    assert sidecar.address == "xray-daemon:2000"
    assert isinstance(sidecar.collector, XRayDaemon)
    assert sidecar.log_group is not None
    assert sidecar.grant.success


def test_without_a_way_to_the_collector_the_extension_fails_the_synthesis_by_name(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack, mode=ecs.NetworkMode.NONE)
        add_app(task)
        task.add_extension(XRayTracing())

    stack = synthesise(build)

    (error,) = stack.errors
    assert error.startswith("[ecs-xray:not-traced] Stack/Task: network_mode must be one of ")
    assert "got 'none'" in error
    assert list(stack.containers()) == ["app"]


def test_without_a_way_to_the_collector_the_construct_raises(
    ec2_task: Ec2Task, reads_well: Callable[[object], bool]
) -> None:
    stack = cdk.Stack(cdk.App(), "Stack")
    task = ec2_task(stack, mode=ecs.NetworkMode.NONE)

    with pytest.raises(UnsupportedTaskDefinitionError, match="got 'none'") as raised:
        XRaySidecar(task, "XRay", task_definition=task)

    assert all(reads_well(problem) for problem in raised.value.problems)
    # A refused construct must leave nothing behind in the tree.
    assert task.node.try_find_child("XRay") is None


def test_a_container_of_the_sidecars_name_is_refused(
    task: ecs.Ec2TaskDefinition, add_app: AddApp, reads_well: Callable[[object], bool]
) -> None:
    add_app(task, "xray-daemon")

    with pytest.raises(UnsupportedTaskDefinitionError, match="'xray-daemon'") as raised:
        XRaySidecar(task, "XRay", task_definition=task)
    assert all(reads_well(problem) for problem in raised.value.problems)

    # The cure that the text names.
    naming = Naming(namespace="fq", environment="dev", service="api")
    sidecar = XRaySidecar(task, "XRay", task_definition=task, naming=naming)
    assert sidecar.container.container_name == "fq-dev-xray"


def test_a_buffer_as_large_as_the_container_is_refused_either_way(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    daemon = XRayDaemon(buffer_memory_mib=256)

    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        add_app(task)
        task.add_extension(XRayTracing(collector=daemon))

    (error,) = synthesise(build).errors
    assert "[ecs-xray:not-traced]" in error
    assert "buffer_memory_mib" in error

    task = ec2_task(cdk.Stack(cdk.App(), "Stack"))
    with pytest.raises(ConfigurationError, match="buffer_memory_mib"):
        XRaySidecar(task, "XRay", task_definition=task, collector=daemon)


def test_arguments_are_never_changed(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    environment = {"PORT": "80"}
    naming = Naming(namespace="fq", environment="dev", service="api")
    daemon = XRayDaemon()
    before: list[Any] = [dict(environment), repr(naming), repr(daemon)]

    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        add_app(task, environment=environment)
        task.add_extension(XRayTracing(collector=daemon, naming=naming))

    synthesise(build)

    assert [environment, repr(naming), repr(daemon)] == before
