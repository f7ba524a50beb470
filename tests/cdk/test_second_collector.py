"""A task definition with a collector of its own gets no second one beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import AdotCollector, Collector, XRayDaemon, XRayDirect, XRayTracing

DAEMON = "amazon/aws-xray-daemon:latest"
ADOT = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
METRICS_ALONE = """
receivers: {otlp: {protocols: {grpc: {endpoint: 127.0.0.1:5317}}}}
exporters: {awsemf: {}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [awsemf]}}}
"""


def task(stack: cdk.Stack, mode: ecs.NetworkMode) -> ecs.TaskDefinition:
    made = ecs.Ec2TaskDefinition(stack, "Task", network_mode=mode)
    made.add_container("app", image=ecs.ContainerImage.from_registry("app:7"), memory_limit_mib=64)
    return made


def add(made: ecs.TaskDefinition, image: str, **environment: str) -> None:
    made.add_container(
        "theirs",
        image=ecs.ContainerImage.from_registry(image),
        memory_limit_mib=64,
        environment=environment,
    )


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("mode", "image", "collector"),
    [
        (ecs.NetworkMode.AWS_VPC, DAEMON, XRayDaemon()),
        (ecs.NetworkMode.BRIDGE, DAEMON, XRayDaemon()),
        (ecs.NetworkMode.HOST, DAEMON, XRayDaemon()),
        (ecs.NetworkMode.AWS_VPC, DAEMON, AdotCollector()),
    ],
)
def test_a_second_collector_of_traces_fails_the_synthesis(
    first: bool,  # noqa: FBT001 - a parameter of the test
    mode: ecs.NetworkMode,
    image: str,
    collector: Collector,
    synthesise: Callable[..., Any],
) -> None:
    def build(stack: cdk.Stack) -> None:
        made = task(stack, mode)
        if first:
            add(made, image)
        made.add_extension(XRayTracing(collector=collector))
        if not first:
            add(made, image)

    (error,) = synthesise(build).errors

    assert "[ecs-xray:second-collector]" in error
    assert "the collector 'theirs' and XRayTracing cannot be combined. Keep one." in error


@pytest.mark.parametrize(
    ("image", "environment"),
    [
        (ADOT, {"AOT_CONFIG_CONTENT": METRICS_ALONE}),
        ("fluent/fluent-bit:3", {}),
        ("example/orders:7", {}),
    ],
    ids=["metrics-alone", "log-router", "app"],
)
def test_what_collects_no_traces_may_stand_beside_it(
    image: str, environment: dict[str, str], synthesise: Callable[..., Any]
) -> None:
    def build(stack: cdk.Stack) -> None:
        made = task(stack, ecs.NetworkMode.AWS_VPC)
        add(made, image, **environment)
        made.add_extension(XRayTracing())

    assert synthesise(build).errors == []


def test_a_collector_is_no_app_where_spans_go_to_x_ray_directly(
    synthesise: Callable[..., Any],
) -> None:
    def build(stack: cdk.Stack) -> None:
        made = task(stack, ecs.NetworkMode.AWS_VPC)
        add(made, DAEMON)
        made.add_extension(XRayDirect(distribution="node"))

    (found,) = (
        one["Properties"]
        for one in synthesise(build).template["Resources"].values()
        if one["Type"] == "AWS::ECS::TaskDefinition"
    )
    named = {
        one["Name"]: {variable["Name"] for variable in one.get("Environment", [])}
        for one in found["ContainerDefinitions"]
    }

    assert "OTEL_PROPAGATORS" in named["app"]
    # CDK's own.
    assert named["theirs"] <= {"AWS_REGION"}
