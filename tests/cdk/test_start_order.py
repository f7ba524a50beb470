"""What the app depends on, in every network mode, and what the sidecar's log may hold up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import SidecarProfile, TracedTaskDefinition, TracedTaskDefinitionFile, XRayTracing

INDEPENDENT = replace(SidecarProfile.SAFE, start_order="independent")
FIRST = [{"ContainerName": "xray-daemon", "Condition": "START"}]
MODES = ("bridge", "awsvpc", "host")


@pytest.fixture
def traced(
    synthesise: Callable[..., Any],
    ec2_task: Callable[..., ecs.Ec2TaskDefinition],
    add_app: Callable[..., ecs.ContainerDefinition],
) -> Callable[..., Any]:
    """Return a stack whose only task is traced with a profile."""

    def run(mode: str, profile: SidecarProfile) -> Any:
        modes = {"bridge": "BRIDGE", "awsvpc": "AWS_VPC", "host": "HOST"}

        def build(stack: cdk.Stack) -> None:
            task = ec2_task(stack, mode=ecs.NetworkMode[modes[mode]])
            add_app(task)
            add_app(task, "worker")
            task.add_extension(XRayTracing(profile=profile))

        return synthesise(build)

    return run


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("profile", [SidecarProfile.SAFE, SidecarProfile.TERRAFORM])
def test_the_sidecar_starts_first_and_so_stops_last(
    traced: Callable[..., Any], mode: str, profile: SidecarProfile
) -> None:
    containers = traced(mode, profile).containers()

    assert [containers[name]["DependsOn"] for name in ("app", "worker")] == [FIRST, FIRST]


@pytest.mark.parametrize("mode", MODES)
def test_independent_leaves_the_dependency_out_and_says_where_the_link_is_one(
    traced: Callable[..., Any], mode: str
) -> None:
    stack = traced(mode, INDEPENDENT)
    containers = stack.containers()

    assert not any("DependsOn" in container for container in containers.values())
    linked = mode == "bridge"
    assert [containers[name].get("Links") for name in ("app", "worker")] == [
        ["xray-daemon"] if linked else None
    ] * 2
    assert ["ecs-xray:link-orders-start" in one for one in stack.warnings] == [True] * linked


@pytest.mark.parametrize(
    ("mode", "found"), [("non-blocking",) * 2, ("blocking",) * 2, (None, None)]
)
def test_the_mode_of_the_log_reaches_the_template(
    traced: Callable[..., Any], mode: Any, found: str | None
) -> None:
    stack = traced("awsvpc", replace(SidecarProfile.SAFE, log_mode=mode))

    options = stack.containers()["xray-daemon"]["LogConfiguration"]["Options"]
    assert options.get("mode") == found


@pytest.mark.parametrize(("profile", "order"), [(SidecarProfile.SAFE, True), (INDEPENDENT, False)])
def test_a_file_gets_the_same_order(
    synthesise: Callable[..., Any], tmp_path: Any, profile: SidecarProfile, *, order: bool
) -> None:
    path = tmp_path / "task.json"
    path.write_text(
        '{"networkMode": "host", "containerDefinitions": [{"name": "a", "image": "a"}]}'
    )
    file = TracedTaskDefinitionFile.from_file(path, profile=profile)

    stack = synthesise(lambda stack: TracedTaskDefinition(stack, "Task", file=file))

    containers = stack.containers()
    assert ("DependsOn" in containers["a"]) is order
    assert containers["xray-daemon"]["LogConfiguration"]["Options"]["mode"] == "non-blocking"
