"""App containers: wired whenever they come, never against what their author set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ssm as ssm

from cdk_ecs_xray import XRaySidecar, XRayTracing

if TYPE_CHECKING:
    from tests.conftest import Synthesised

Ec2Task = Callable[..., ecs.Ec2TaskDefinition]
AddApp = Callable[..., ecs.ContainerDefinition]
Variables = Callable[[Mapping[str, Any]], dict[str, Any]]
Synthesise = Callable[[Callable[[cdk.Stack], object]], "Synthesised"]
AFTER_THE_SIDECAR = [{"Condition": "START", "ContainerName": "xray-daemon"}]


def test_containers_before_and_after_the_extension_are_wired(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp, variables: Variables
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        add_app(task, "before")
        task.add_extension(XRayTracing())
        add_app(task, "after")

    stack = synthesise(build)

    assert stack.warnings == []
    for name in ("before", "after"):
        container = stack.containers()[name]
        assert container["Links"] == ["xray-daemon"]
        assert container["DependsOn"] == AFTER_THE_SIDECAR
        assert variables(container) == {
            "AWS_XRAY_DAEMON_ADDRESS": "xray-daemon:2000",
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_XRAY_TRACING_NAME": name,
        }


def test_a_tracing_name_of_choice_goes_to_every_container(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp, variables: Variables
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        task.add_extension(XRayTracing(tracing_name="checkout"))
        add_app(task, "one")
        add_app(task, "two")

    containers = synthesise(build).containers()

    for name in ("one", "two"):
        assert variables(containers[name])["AWS_XRAY_TRACING_NAME"] == "checkout"


def test_variables_that_are_set_stay_with_a_warning_each(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp, variables: Variables
) -> None:
    mine = {
        "AWS_XRAY_DAEMON_ADDRESS": "elsewhere:2000",
        "AWS_XRAY_CONTEXT_MISSING": "RUNTIME_ERROR",
        "AWS_XRAY_TRACING_NAME": "mine",
        "PORT": "80",
    }

    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        add_app(task, environment=mine)
        task.add_extension(XRayTracing())

    stack = synthesise(build)

    assert variables(stack.containers()["app"]) == mine
    assert len(stack.warnings) == 3
    for name, value in list(mine.items())[:3]:
        (warning,) = (warning for warning in stack.warnings if f" {name} " in warning)
        assert f"got '{value}'" in warning
        assert "ecs-xray:environment-kept" in warning


def test_the_same_value_set_by_hand_is_no_reason_to_warn(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        add_app(task, environment={"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR"})
        task.add_extension(XRayTracing())

    assert synthesise(build).warnings == []


def test_a_variable_set_after_the_extension_wins_too(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp, variables: Variables
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        app = add_app(task)
        task.add_extension(XRayTracing())
        app.add_environment("AWS_XRAY_TRACING_NAME", "mine")

    stack = synthesise(build)

    assert variables(stack.containers()["app"])["AWS_XRAY_TRACING_NAME"] == "mine"
    assert len(stack.warnings) == 1


def test_a_secret_is_never_joined_by_a_plain_value_nor_shown(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp, variables: Variables
) -> None:
    def build(stack: cdk.Stack) -> None:
        parameter = ssm.StringParameter.from_string_parameter_name(stack, "Name", "the-name")
        task = ec2_task(stack)
        add_app(task, secrets={"AWS_XRAY_TRACING_NAME": ecs.Secret.from_ssm_parameter(parameter)})
        task.add_extension(XRayTracing())

    stack = synthesise(build)

    app = stack.containers()["app"]
    assert "AWS_XRAY_TRACING_NAME" not in variables(app)
    assert [secret["Name"] for secret in app["Secrets"]] == ["AWS_XRAY_TRACING_NAME"]
    (warning,) = stack.warnings
    assert "got a secret" in warning


def test_a_link_of_that_name_to_another_container_stays_with_a_warning(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        other = add_app(task, "other")
        app = add_app(task)
        app.add_link(other, "xray-daemon")
        task.add_extension(XRayTracing())

    stack = synthesise(build)

    assert stack.containers()["app"]["Links"] == ["other:xray-daemon"]
    (warning,) = stack.warnings
    assert "ecs-xray:link-kept" in warning
    assert "got 'other'" in warning


def test_another_link_is_joined_by_the_sidecars(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        other = add_app(task, "other")
        app = add_app(task)
        app.add_link(other)
        app.add_link(other, "database")
        task.add_extension(XRayTracing())

    stack = synthesise(build)

    assert sorted(stack.containers()["app"]["Links"]) == ["other", "other:database", "xray-daemon"]
    assert stack.warnings == []


@pytest.mark.parametrize(
    ("condition", "kept", "warned"),
    [
        (ecs.ContainerDependencyCondition.START, "START", False),
        (ecs.ContainerDependencyCondition.HEALTHY, "HEALTHY", True),
        (None, "HEALTHY", True),
    ],
)
def test_a_dependency_on_the_sidecar_stays_as_it_is(
    synthesise: Synthesise,
    ec2_task: Ec2Task,
    add_app: AddApp,
    condition: ecs.ContainerDependencyCondition | None,
    kept: str,
    *,
    warned: bool,
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        app = add_app(task)
        task.add_extension(XRayTracing())
        sidecar = XRaySidecar.of(task)
        assert sidecar is not None
        app.add_container_dependencies(
            ecs.ContainerDependency(container=sidecar.container, condition=condition)
        )

    stack = synthesise(build)

    assert stack.containers()["app"]["DependsOn"] == [
        {"Condition": kept, "ContainerName": "xray-daemon"}
    ]
    assert ["ecs-xray:dependency-kept" in warning for warning in stack.warnings] == [True] * warned


def test_other_dependencies_stay_beside_the_sidecars(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        migration = add_app(task, "migration", essential=False)
        app = add_app(task)
        app.add_container_dependencies(
            ecs.ContainerDependency(
                container=migration, condition=ecs.ContainerDependencyCondition.SUCCESS
            )
        )
        task.add_extension(XRayTracing())

    depends_on = synthesise(build).containers()["app"]["DependsOn"]

    assert {dependency["ContainerName"]: dependency["Condition"] for dependency in depends_on} == {
        "migration": "SUCCESS",
        "xray-daemon": "START",
    }


def test_a_log_router_is_not_traced(synthesise: Synthesise, ec2_task: Ec2Task) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        task.add_firelens_log_router(
            "router",
            container_name="router",
            image=ecs.ContainerImage.from_registry("fluent-bit:3"),
            memory_reservation_mib=64,
            firelens_config=ecs.FirelensConfig(type=ecs.FirelensLogRouterType.FLUENTBIT),
        )
        task.add_extension(XRayTracing())

    router = synthesise(build).containers()["router"]

    assert "Environment" not in router
    assert "DependsOn" not in router
