"""What keeps an app from being instrumented: it is connected all the same, with a warning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ssm as ssm

from cdk_ecs_xray import (
    JavaInstrumentation,
    NodeInstrumentation,
    PythonInstrumentation,
    XRayTracing,
)
from tests.cdk.test_instrumentation import IMAGE, NODE, Synthesise, fargate


def test_a_variable_from_a_secret_cannot_be_joined(
    synthesise: Synthesise, variables: Callable[..., dict[str, Any]]
) -> None:
    def build(stack: cdk.Stack) -> None:
        parameter = ssm.StringParameter.from_string_parameter_name(stack, "P", "/options")
        secrets = {"NODE_OPTIONS": ecs.Secret.from_ssm_parameter(parameter)}
        fargate(XRayTracing(instrument=NodeInstrumentation()), web={"secrets": secrets})(stack)

    stack = synthesise(build)

    (warning,) = stack.warnings
    assert "NODE_OPTIONS must be text to be joined with (got a secret)" in warning
    assert NODE not in stack.containers()
    assert "OTEL_AWS_APPLICATION_SIGNALS_ENABLED" not in variables(stack.containers()["web"])


def test_another_agent_of_opentelemetry_stays_alone(synthesise: Synthesise) -> None:
    own = {"JAVA_TOOL_OPTIONS": "-javaagent:/opt/opentelemetry-javaagent.jar"}

    stack = synthesise(
        fargate(XRayTracing(instrument=JavaInstrumentation()), web={"environment": own})
    )

    (warning,) = stack.warnings
    assert "JAVA_TOOL_OPTIONS must load no other agent" in warning
    assert [name for name in stack.containers() if name.startswith("adot-auto")] == []


def test_deferred_workers_are_told(synthesise: Synthesise) -> None:
    own = {"OTEL_AWS_PYTHON_DEFER_TO_WORKERS_ENABLED": "true"}

    stack = synthesise(
        fargate(XRayTracing(instrument=PythonInstrumentation()), web={"environment": own})
    )

    (warning,) = stack.warnings
    assert "ecs-xray:workers-untraced" in warning or "forked workers send no spans" in warning


def _full(task: ecs.TaskDefinition) -> None:
    for number in range(8):
        task.add_container(f"c{number}", image=IMAGE)


def _same_name(task: ecs.TaskDefinition) -> None:
    task.add_container(NODE, image=IMAGE)


def _same_volume(task: ecs.TaskDefinition) -> None:
    task.add_volume(name=NODE)


@pytest.mark.parametrize(
    ("spoil", "memory", "told"),
    [
        (_full, 4096, f"must have at most 10 containers (got 11 with '{NODE}')"),
        (_same_name, 1024, f"the name '{NODE}' must be free"),
        (_same_volume, 1024, f"the name '{NODE}' must be free"),
        (lambda _task: None, 512, f"(got 640 with '{NODE}')"),
    ],
    ids=["containers", "name", "volume", "memory"],
)
def test_an_app_without_room_for_its_init_container_stays_connected(
    synthesise: Synthesise,
    variables: Callable[..., dict[str, Any]],
    spoil: Callable[[ecs.TaskDefinition], None],
    memory: int,
    told: str,
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(stack, "Task", cpu=256, memory_limit_mib=memory)
        task.add_container("web", image=IMAGE, memory_reservation_mib=256)
        spoil(task)
        task.add_extension(XRayTracing(instrument={"web": NodeInstrumentation()}))

    stack = synthesise(build)

    assert any(told in warning for warning in stack.warnings), stack.warnings
    web = stack.containers()["web"]
    assert "AWS_XRAY_DAEMON_ADDRESS" in variables(web)
    assert "NODE_OPTIONS" not in variables(web)


def test_two_versions_of_one_language_have_no_place(synthesise: Synthesise) -> None:
    instrument = {"a": NodeInstrumentation(), "b": NodeInstrumentation(version="v0.11.0")}

    stack = synthesise(fargate(XRayTracing(instrument=instrument), a={}, b={}))

    (warning,) = stack.warnings
    assert "a task must have one version for node" in warning


def test_what_is_mounted_where_the_agent_goes_is_left_alone(synthesise: Synthesise) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(stack, "Task", memory_limit_mib=1024)
        task.add_volume(name="own")
        web = task.add_container("web", image=IMAGE)
        web.add_mount_points(
            ecs.MountPoint(
                container_path="/otel-auto-instrumentation-node",
                source_volume="own",
                read_only=False,
            )
        )
        task.add_extension(XRayTracing(instrument=NodeInstrumentation()))

    stack = synthesise(build)

    (warning,) = stack.warnings
    assert "containerPath '/otel-auto-instrumentation-node' must be free" in warning
