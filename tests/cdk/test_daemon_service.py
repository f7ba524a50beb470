"""XRayDaemonService: one collector per EC2 instance, and how each kind of task reaches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from cdk_ecs_xray import (
    AdotCollector,
    ConfigurationError,
    SidecarProfile,
    UnsupportedTaskDefinitionError,
    XRayDaemonService,
    XRayTracing,
)

IMAGE = ecs.ContainerImage.from_registry("app:7")


def a_cluster(stack: cdk.Stack) -> ecs.Cluster:
    cluster = ecs.Cluster(stack, "Cluster", vpc=ec2.Vpc(stack, "Vpc", max_azs=1))
    cluster.add_capacity("Capacity", instance_type=ec2.InstanceType("m7i.large"))
    return cluster


@pytest.fixture
def daemon(synthesise: Callable[..., Any]) -> Callable[..., Any]:
    def run(**options: Any) -> Any:
        return synthesise(
            lambda stack: XRayDaemonService(stack, "XRay", cluster=a_cluster(stack), **options)
        )

    return run


@pytest.mark.parametrize("mode", [ecs.NetworkMode.BRIDGE, ecs.NetworkMode.HOST])
def test_it_runs_once_on_every_instance_on_its_fixed_port(
    daemon: Callable[..., Any], mode: ecs.NetworkMode
) -> None:
    stack = daemon(network_mode=mode)
    assert stack.properties("AWS::ECS::Service")["SchedulingStrategy"] == "DAEMON"
    definition = stack.properties("AWS::ECS::TaskDefinition")
    assert definition["NetworkMode"] == mode.value.lower()
    (container,) = definition["ContainerDefinitions"]
    assert container["Essential"] is True
    assert container["PortMappings"] == [
        {"ContainerPort": 2000, "HostPort": 2000, "Protocol": "udp"},
        {"ContainerPort": 2000, "HostPort": 2000, "Protocol": "tcp"},
    ]
    # Apps in bridge mode come in over the docker interface, not over loopback.
    assert "127.0.0.1:2000" not in container["Command"]


def test_its_own_task_role_may_write(daemon: Callable[..., Any]) -> None:
    policies = daemon().resources("AWS::IAM::Policy").values()
    sids = [
        statement.get("Sid")
        for policy in policies
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert sids.count("XRayDaemonWriteAccess") == 1


def test_every_option_reaches_the_template(daemon: Callable[..., Any]) -> None:
    stack = daemon(
        collector=AdotCollector(),
        profile=SidecarProfile.TERRAFORM,
        service_name="tracing",
        log_retention=logs.RetentionDays.ONE_WEEK,
        log_removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    (container,) = stack.properties("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    assert "aws-otel-collector" in container["Image"]
    assert [port["HostPort"] for port in container["PortMappings"]] == [2000, 2000, 4317, 4318]
    assert "Memory" not in container
    assert stack.properties("AWS::ECS::Service")["ServiceName"] == "tracing"
    (group,) = stack.resources("AWS::Logs::LogGroup").values()
    assert group["Properties"]["RetentionInDays"] == 7
    assert group["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize("mode", [ecs.NetworkMode.AWS_VPC, ecs.NetworkMode.NONE])
def test_it_refuses_modes_in_which_it_would_not_be_on_the_instance(mode: ecs.NetworkMode) -> None:
    stack = cdk.Stack()
    with pytest.raises(ConfigurationError, match="network_mode must be bridge or host"):
        XRayDaemonService(stack, "XRay", cluster=a_cluster(stack), network_mode=mode)


def attached(
    synthesise: Callable[..., Any], mode: ecs.NetworkMode, **options: Any
) -> Mapping[str, Any]:
    def build(stack: cdk.Stack) -> None:
        daemon = XRayDaemonService(stack, "XRay", cluster=a_cluster(stack))
        task_definition = ecs.Ec2TaskDefinition(stack, "Orders", network_mode=mode)
        task_definition.add_container("before", image=IMAGE, memory_limit_mib=64)
        daemon.attach(task_definition, **options)
        task_definition.add_container("after", image=IMAGE, memory_limit_mib=64)

    (definition,) = [
        one["Properties"]
        for name, one in synthesise(build).resources("AWS::ECS::TaskDefinition").items()
        if name.startswith("Orders")
    ]
    return {container["Name"]: container for container in definition["ContainerDefinitions"]}


@pytest.mark.parametrize(
    ("mode", "host"),
    [(ecs.NetworkMode.BRIDGE, "172.17.0.1"), (ecs.NetworkMode.HOST, "127.0.0.1")],
)
def test_apps_reach_it_from_bridge_and_host_mode(
    synthesise: Callable[..., Any], mode: ecs.NetworkMode, host: str
) -> None:
    containers = attached(synthesise, mode)
    assert set(containers) == {"before", "after"}
    for name, container in containers.items():
        environment = {pair["Name"]: pair["Value"] for pair in container["Environment"]}
        assert environment == {
            "AWS_XRAY_DAEMON_ADDRESS": f"{host}:2000",
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_XRAY_TRACING_NAME": name,
        }
        assert "Links" not in container
        assert "DependsOn" not in container


def test_apps_with_an_address_of_their_own_are_told_the_instances(
    synthesise: Callable[..., Any],
) -> None:
    containers = attached(
        synthesise, ecs.NetworkMode.AWS_VPC, instance_address="10.0.0.7", tracing_name="orders"
    )
    environment = {pair["Name"]: pair["Value"] for pair in containers["after"]["Environment"]}
    assert environment["AWS_XRAY_DAEMON_ADDRESS"] == "10.0.0.7:2000"
    assert environment["AWS_XRAY_TRACING_NAME"] == "orders"


def test_it_refuses_tasks_that_cannot_reach_it() -> None:
    stack = cdk.Stack()
    daemon = XRayDaemonService(stack, "XRay", cluster=a_cluster(stack))
    with pytest.raises(UnsupportedTaskDefinitionError, match=r"got 'awsvpc'\). Give instance_addr"):
        daemon.attach(ecs.Ec2TaskDefinition(stack, "Vpc1", network_mode=ecs.NetworkMode.AWS_VPC))
    with pytest.raises(UnsupportedTaskDefinitionError, match="compatibility must be EC2 only"):
        daemon.attach(ecs.FargateTaskDefinition(stack, "Fargate"))
    traced = ecs.Ec2TaskDefinition(stack, "Traced")
    traced.add_extension(XRayTracing())
    with pytest.raises(UnsupportedTaskDefinitionError, match="must have one collector"):
        daemon.attach(traced)
