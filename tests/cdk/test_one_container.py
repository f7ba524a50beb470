"""The sidecar of an L2 task definition and of one that is data: the same container."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from cdk_ecs_xray import Naming, SidecarProfile, XRaySidecar
from cdk_ecs_xray.collectors.engines import deployable, make_collector
from cdk_ecs_xray.inject import SidecarNames, TracedTaskDefinitionFile, TracingOptions
from cdk_ecs_xray.templates.spelling import as_cloudformation

if TYPE_CHECKING:
    from tests.conftest import Synthesised

NAMING = Naming(namespace="acme", environment="qa", service="orders")
PROFILES = {"safe": SidecarProfile.SAFE, "terraform": SidecarProfile.TERRAFORM}
MODES = {
    "bridge": ecs.NetworkMode.BRIDGE,
    "host": ecs.NetworkMode.HOST,
    "awsvpc": ecs.NetworkMode.AWS_VPC,
}
APP = {"name": "app", "image": "app:1", "cpu": 64, "memoryReservation": 64, "essential": True}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("engine", deployable())
def test_both_ways_run_the_same_sidecar_and_connect_the_app_alike(
    synthesise: Callable[[Callable[[cdk.Stack], object]], Synthesised],
    engine: str,
    profile: str,
    mode: str,
) -> None:
    def build(stack: cdk.Stack) -> None:
        task_definition = ecs.Ec2TaskDefinition(stack, "Task", network_mode=MODES[mode])
        app = task_definition.add_container(
            "app",
            image=ecs.ContainerImage.from_registry("app:1"),
            cpu=64,
            memory_reservation_mib=64,
        )
        sidecar = XRaySidecar(
            task_definition,
            "XRay",
            task_definition=task_definition,
            collector=make_collector(engine),
            naming=NAMING,
            profile=PROFILES[profile],
            log_group=logs.LogGroup.from_log_group_name(stack, "Log", "/log"),
        )
        sidecar.attach(app)

    by_construct = synthesise(build).containers()

    file = TracedTaskDefinitionFile(
        where="keys",
        content={
            "containerDefinitions": [APP],
            "networkMode": mode,
            "requiresCompatibilities": ["EC2"],
        },
        options=TracingOptions(
            collector=make_collector(engine),
            profile=PROFILES[profile],
            names=SidecarNames.of(NAMING),
        ),
    )
    injection = file.plan(region="us-west-2", log_group="/log")
    as_data = as_cloudformation(file.traced(injection))["ContainerDefinitions"]

    for container in as_data:
        other = as_text(by_construct[container["Name"]])
        assert sorted_lists(container) == sorted_lists(other)
    assert len(as_data) == len(by_construct)


def as_text(value: Any) -> Any:
    """Return a container with the region as the data has it."""
    if value == {"Ref": "AWS::Region"}:
        return "us-west-2"
    if isinstance(value, Mapping):
        return {key: as_text(one) for key, one in value.items()}
    return [as_text(one) for one in value] if isinstance(value, list) else value


def sorted_lists(container: Mapping[str, Any]) -> dict[str, Any]:
    """Return a container whose variables are in the order of their names, as none has a meaning."""
    variables = sorted(container.get("Environment", []), key=lambda one: str(one["Name"]))
    if container["Name"] == APP["name"]:
        # CDK's L2 itself gives an app the region in awsvpc mode.
        variables = [one for one in variables if one["Name"] != "AWS_REGION"]
    return {**container, "Environment": variables}
