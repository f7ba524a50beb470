"""Everything in a task is seen: what is no app, what runs elsewhere, what the L1 holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    XRayTracing,
    XRayTracingAspect,
)

IMAGE = ecs.ContainerImage.from_registry("app:7")
Synthesise = Callable[..., Any]
Assemble = Callable[..., Mapping[str, Any]]


def trace(scope: Any, **options: Any) -> None:
    aspect = XRayTracingAspect(**options)
    cdk.Aspects.of(scope).add(aspect, priority=cdk.AspectPriority.MUTATING)


def task(scope: Any, construct_id: str = "Orders", **options: Any) -> ecs.FargateTaskDefinition:
    made = ecs.FargateTaskDefinition(scope, construct_id, **options)
    made.add_container("app", image=IMAGE)
    return made


def said(stack: Any, annotation_id: str) -> list[str]:
    return [one for one in [*stack.warnings, *stack.errors] if annotation_id in one]


NOT_APPS: Mapping[str, dict[str, Any]] = {
    "fluent-bit": {"image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:3"},
    "envoy": {"image": "840364872350.dkr.ecr.eu-west-1.amazonaws.com/aws-appmesh-envoy:v1.29.12.1"},
    "agent": {"image": "public.ecr.aws/datadog/agent:7"},
    "statsd": {
        "image": "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300070.0",
        "environment": {"CW_CONFIG_CONTENT": '{"metrics":{"metrics_collected":{"statsd":{}}}}'},
    },
    "migrate": {"image": "app:7", "essential": False},
}


@pytest.mark.parametrize("how", ["extension", "aspect"])
def test_what_is_no_app_is_left_alone(assemble: Assemble, how: str) -> None:
    def build(app: cdk.App) -> None:
        made = task(cdk.Stack(app, "S"), memory_limit_mib=1024)
        for name, options in NOT_APPS.items():
            image = ecs.ContainerImage.from_registry(str(options["image"]))
            other = made.add_container(name, **{**options, "image": image})
        default = made.default_container
        assert default is not None
        default.add_container_dependencies(
            ecs.ContainerDependency(
                container=other, condition=ecs.ContainerDependencyCondition.SUCCESS
            )
        )
        trace(app) if how == "aspect" else made.add_extension(XRayTracing())

    containers = assemble(build)["S"].containers()

    traced = {name for name, one in containers.items() if "AWS_XRAY" in str(one)}
    assert traced == {"app"}
    assert not any("DependsOn" in containers[name] for name in NOT_APPS)


def mesh(**options: Any) -> ecs.ProxyConfiguration:
    return ecs.ProxyConfigurations.app_mesh_proxy_configuration(
        container_name="envoy",
        properties=ecs.AppMeshProxyConfigurationProps(
            app_ports=[80], proxy_egress_port=15001, proxy_ingress_port=15000, **options
        ),
    )


@pytest.mark.parametrize(
    ("collector", "ignored", "user"),
    [
        (None, {"ignored_uid": 1337}, "1337"),
        (AdotCollector(), {"ignored_uid": 7}, "7"),
        (CloudWatchAgent(), {"ignored_gid": 9}, "0:9"),
        (CloudWatchAgent(), {"ignored_uid": 1337}, None),
    ],
)
def test_app_mesh_leaves_the_collectors_traffic_alone(
    synthesise: Synthesise, collector: Any, ignored: dict[str, int], user: str | None
) -> None:
    def build(stack: cdk.Stack) -> None:
        made = task(stack, memory_limit_mib=1024, proxy_configuration=mesh(**ignored))
        made.add_container("envoy", image=IMAGE)
        made.add_extension(XRayTracing(collector=collector))

    stack = synthesise(build)

    (sidecar,) = [one for name, one in stack.containers().items() if name not in ("app", "envoy")]
    assert sidecar.get("User") == user
    assert (stack.warnings == []) is (user is not None)


@pytest.mark.parametrize(("memory", "fits"), [(512, True), (320, False)])
def test_the_log_router_that_cdk_adds_is_counted(
    synthesise: Synthesise, memory: int, *, fits: bool
) -> None:
    def build(stack: cdk.Stack) -> None:
        made = ecs.TaskDefinition(
            stack, "T", compatibility=ecs.Compatibility.EC2, memory_mib=str(memory)
        )
        made.add_container(
            "app",
            image=IMAGE,
            memory_limit_mib=64,
            logging=ecs.LogDrivers.firelens(options={"Name": "cloudwatch"}),
        )
        made.add_extension(XRayTracing())

    stack = synthesise(build)

    assert (stack.errors == []) is fits
    assert fits or "(got 370" in stack.errors[0]


@pytest.mark.parametrize("sign", ["constraint", "image"])
def test_windows_is_seen_by_any_sign(synthesise: Synthesise, sign: str) -> None:
    def build(stack: cdk.Stack) -> None:
        made = ecs.Ec2TaskDefinition(stack, "T")
        if sign == "constraint":
            made.add_placement_constraint(
                ecs.PlacementConstraint.member_of("attribute:ecs.os-type == windows")
            )
        image = "mcr.microsoft.com/windows/servercore:ltsc2022" if sign == "image" else "app:7"
        made.add_container(
            "app", image=ecs.ContainerImage.from_registry(image), memory_limit_mib=64
        )
        made.add_extension(XRayTracing())

    (error,) = synthesise(build).errors
    assert "Windows" in error


@pytest.mark.parametrize("late", [True, False])
def test_the_network_mode_is_what_the_l1_says(synthesise: Synthesise, *, late: bool) -> None:
    def build(stack: cdk.Stack) -> None:
        made = ecs.Ec2TaskDefinition(stack, "T")
        made.add_container("app", image=IMAGE, memory_limit_mib=64)
        resource = made.node.default_child
        assert isinstance(resource, ecs.CfnTaskDefinition)
        if late:
            made.add_extension(XRayTracing())
        resource.network_mode = "host"
        if not late:
            made.add_extension(XRayTracing())

    stack = synthesise(build)

    if late:
        (error,) = stack.errors
        assert "network_mode must stay what it was" in error
    else:
        containers = stack.containers()
        address = {"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "127.0.0.1:2000"}
        assert address in containers["app"]["Environment"]
        assert "Links" not in containers["app"]
        assert containers["xray-daemon"]["PortMappings"][0]["HostPort"] == 2000


def test_a_mode_that_cdk_makes_no_links_for_is_refused(synthesise: Synthesise) -> None:
    def build(stack: cdk.Stack) -> None:
        made = ecs.Ec2TaskDefinition(stack, "T", network_mode=ecs.NetworkMode.NONE)
        made.add_container("app", image=IMAGE, memory_limit_mib=64)
        resource = made.node.default_child
        assert isinstance(resource, ecs.CfnTaskDefinition)
        resource.network_mode = None
        made.add_extension(XRayTracing())

    (error,) = synthesise(build).errors
    assert "network_mode must stay what it was" in error


@pytest.mark.parametrize("image", ["app:7", "amazon/aws-xray-daemon:3.6.6"])
def test_containers_that_the_l1_holds_are_named_or_known(assemble: Assemble, image: str) -> None:
    def build(app: cdk.App) -> None:
        made = task(cdk.Stack(app, "S"), memory_limit_mib=1024)
        resource = made.node.default_child
        assert isinstance(resource, ecs.CfnTaskDefinition)
        resource.container_definitions = [
            ecs.CfnTaskDefinition.ContainerDefinitionProperty(name="late", image=image)
        ]
        trace(app)

    stack = assemble(build)["S"]

    assert bool(said(stack, "ecs-xray:container-not-traced")) is (image == "app:7")
