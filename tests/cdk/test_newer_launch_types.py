"""Managed Instances, alone and beside others, and Express: what ECS asks of their tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import AdotCollector, XRayTracing

COMPATIBILITIES: Mapping[str, Any] = {
    "MANAGED_INSTANCES": ["MANAGED_INSTANCES"],
    "FARGATE_AND_MANAGED_INSTANCES": ["FARGATE", "MANAGED_INSTANCES"],
    "EC2_AND_MANAGED_INSTANCES": ["EC2", "MANAGED_INSTANCES"],
    # CDK 2.275 renders nothing; docs/shapes.md says so.
    "FARGATE_AND_EC2_AND_MANAGED_INSTANCES": None,
}
CASES = [
    (name, mode)
    for name in COMPATIBILITIES
    for mode in ("AWS_VPC", *(() if "FARGATE" in name else ("HOST",)))
]


@pytest.fixture(scope="module")
def stacks(assemble: Callable[..., Mapping[str, Any]]) -> Mapping[str, Any]:
    """One stack for each legal pair of compatibility and network mode."""

    def build(app: cdk.App) -> None:
        for name, mode in CASES:
            stack = cdk.Stack(app, f"{name}-{mode}".replace("_", ""))
            task = ecs.TaskDefinition(
                stack,
                "Task",
                compatibility=getattr(ecs.Compatibility, name),
                network_mode=getattr(ecs.NetworkMode, mode),
                cpu="512",
                memory_mib="1024",
            )
            image = ecs.ContainerImage.from_registry("app:1")
            task.add_container("app", image=image, memory_limit_mib=256)
            task.add_extension(XRayTracing(collector=AdotCollector()))

    return assemble(build)


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_managed_instances_reach_their_sidecar_on_loopback(
    stacks: Mapping[str, Any], name: str, mode: str
) -> None:
    stack = stacks[f"{name}-{mode}".replace("_", "")]

    task = stack.properties("AWS::ECS::TaskDefinition")
    app, sidecar = stack.containers()["app"], stack.containers()["aws-otel-collector"]
    addresses = {one["Name"]: one["Value"] for one in app["Environment"]}
    assert task["NetworkMode"] == mode.lower().replace("_", "")
    assert (task.get("RequiresCompatibilities") or None) == COMPATIBILITIES[name]
    assert addresses["AWS_XRAY_DAEMON_ADDRESS"] == "127.0.0.1:2000"
    assert "Links" not in app
    assert "127.0.0.1:2000" in str(sidecar["Environment"])


def test_cdk_has_no_bridge_there() -> None:
    with pytest.raises(Exception, match=r"Managed Instances|AwsVpc"):
        ecs.TaskDefinition(
            cdk.Stack(),
            "Task",
            compatibility=ecs.Compatibility.MANAGED_INSTANCES,
            network_mode=ecs.NetworkMode.BRIDGE,
            cpu="512",
            memory_mib="1024",
        )


def test_express_gets_its_task_definition_with_main_and_one_named_port(
    assemble: Callable[..., Mapping[str, Any]],
) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "Express")
        task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
        task.add_container(
            "Main",
            image=ecs.ContainerImage.from_registry("app:1"),
            port_mappings=[ecs.PortMapping(container_port=8080, name="main")],
        )
        task.add_extension(XRayTracing(tracing_name="orders"))
        cdk.CfnResource(
            stack,
            "Service",
            type="AWS::ECS::ExpressGatewayService",
            properties={"TaskDefinitionArn": task.task_definition_arn},
        )

    stack = assemble(build)["Express"]

    task = stack.properties("AWS::ECS::TaskDefinition")
    main, sidecar = stack.containers()["Main"], stack.containers()["xray-daemon"]
    assert task["RequiresCompatibilities"] == ["FARGATE"]
    assert [one["Name"] for one in main["PortMappings"]] == ["main"]
    assert {"Name": "AWS_XRAY_TRACING_NAME", "Value": "orders"} in main["Environment"]
    # ECS looks for the app's port by its name: the sidecar's has none.
    assert all("Name" not in one for one in sidecar["PortMappings"])
    (service,) = stack.resources("AWS::ECS::ExpressGatewayService").values()
    (task_id,) = stack.resources("AWS::ECS::TaskDefinition")
    assert service["Properties"] == {"TaskDefinitionArn": {"Ref": task_id}}
