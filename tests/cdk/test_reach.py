"""Subnets without a way to the collector's image, or to X-Ray."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import XRayDaemon, XRayTracing, XRayTracingAspect

IMAGE = ecs.ContainerImage.from_registry("app:7")

XRAY = ec2.InterfaceVpcEndpointAwsService.XRAY
PULL = (ec2.InterfaceVpcEndpointAwsService.ECR, ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER)
MIRROR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror"
BOTH = {"image", "xray"}


def found(
    assemble: Callable[..., Any],
    subnets: Sequence[ec2.SubnetType],
    *,
    how: str = "aspect",
    registry: str | None = None,
    endpoints: Sequence[Any] = (),
) -> set[str]:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "S")
        vpc = ec2.Vpc(
            stack,
            "Vpc",
            subnet_configuration=[
                ec2.SubnetConfiguration(name=kind.value, subnet_type=kind) for kind in subnets
            ],
        )
        for number, endpoint in enumerate(endpoints):
            vpc.add_interface_endpoint(f"Endpoint{number}", service=endpoint)
        task = ecs.FargateTaskDefinition(stack, "Task")
        task.add_container("orders", image=IMAGE)
        collector = XRayDaemon() if registry is None else XRayDaemon(registry=registry)
        tracing = XRayTracing(collector=collector)
        if how == "extension":
            task.add_extension(tracing)
        cluster = ecs.Cluster(stack, "Cluster", vpc=vpc)
        ecs.FargateService(stack, "Svc", cluster=cluster, task_definition=task)
        if how == "aspect":
            aspect = XRayTracingAspect(tracing=tracing)
            cdk.Aspects.of(app).add(aspect, priority=cdk.AspectPriority.MUTATING)

    warnings = assemble(build)["S"].warnings
    return {kind for kind in BOTH for one in warnings if f"ecs-xray:{kind}-out-of-reach" in one}


@pytest.mark.parametrize("how", ["aspect", "extension"])
def test_isolated_subnets_reach_neither(assemble: Callable[..., Any], how: str) -> None:
    assert found(assemble, [ec2.SubnetType.PRIVATE_ISOLATED], how=how) == BOTH


def test_endpoints_and_a_mirror_are_a_way(assemble: Callable[..., Any]) -> None:
    closed = [ec2.SubnetType.PRIVATE_ISOLATED]

    assert found(assemble, closed, endpoints=[XRAY]) == {"image"}
    assert found(assemble, closed, endpoints=[XRAY], registry=MIRROR) == {"image"}
    assert found(assemble, closed, endpoints=[*PULL], registry=MIRROR) == {"xray"}
    assert found(assemble, closed, endpoints=[XRAY, *PULL], registry=MIRROR) == set()


def test_subnets_with_a_nat_gateway_are_fine(assemble: Callable[..., Any]) -> None:
    assert found(assemble, [ec2.SubnetType.PUBLIC, ec2.SubnetType.PRIVATE_WITH_EGRESS]) == set()


def test_of_an_imported_vpc_only_the_image_is_known(assemble: Callable[..., Any]) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "S")
        vpc = ec2.Vpc.from_vpc_attributes(
            stack,
            "Vpc",
            vpc_id="vpc-1",
            availability_zones=["eu-west-1a"],
            isolated_subnet_ids=["subnet-1"],
        )
        cluster = ecs.Cluster.from_cluster_attributes(stack, "C", cluster_name="c", vpc=vpc)
        task = ecs.FargateTaskDefinition(stack, "Task")
        task.add_container("orders", image=IMAGE)
        task.add_extension(XRayTracing())
        ecs.FargateService(stack, "Svc", cluster=cluster, task_definition=task)

    warnings = assemble(build)["S"].warnings

    assert ["image-out-of-reach" in one for one in warnings if "out-of-reach" in one] == [True]


@pytest.mark.parametrize(("kind", "closed"), [("PRIVATE_ISOLATED", True), ("PUBLIC", False)])
def test_tasks_in_bridge_mode_use_their_instances_way(
    assemble: Callable[..., Any], kind: str, *, closed: bool
) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "S")
        subnet = ec2.SubnetConfiguration(name="one", subnet_type=ec2.SubnetType[kind])
        vpc = ec2.Vpc(stack, "Vpc", nat_gateways=0, subnet_configuration=[subnet])
        cluster = ecs.Cluster(stack, "Cluster", vpc=vpc)
        cluster.add_capacity(
            "Capacity",
            instance_type=ec2.InstanceType("t3.small"),
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType[kind]),
        )
        task = ecs.Ec2TaskDefinition(stack, "Task")
        task.add_container("orders", image=IMAGE, memory_limit_mib=64)
        task.add_extension(XRayTracing())
        ecs.Ec2Service(stack, "Svc", cluster=cluster, task_definition=task)

    warnings = assemble(build)["S"].warnings

    assert any("out-of-reach" in one for one in warnings) is closed


def test_a_cluster_without_a_known_vpc_is_not_judged(assemble: Callable[..., Any]) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "S")
        arn = "arn:aws:ecs:eu-west-1:111122223333:cluster/far"
        task = ecs.ExternalTaskDefinition(stack, "Task")
        task.add_container("orders", image=IMAGE, memory_limit_mib=64)
        task.add_extension(XRayTracing())
        cluster = ecs.Cluster.from_cluster_arn(stack, "Cluster", arn)
        ecs.ExternalService(stack, "Svc", cluster=cluster, task_definition=task)

    stack = assemble(build)["S"]

    assert set(stack.containers()) == {"orders", "xray-daemon"}
    assert not any("out-of-reach" in one for one in stack.warnings)
