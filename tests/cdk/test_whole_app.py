"""XRayTracingAspect: everything below a scope, with a word on each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns
from constructs import IConstruct

from cdk_ecs_xray import ConfigurationError, XRayTracing, XRayTracingAspect

IMAGE = ecs.ContainerImage.from_registry("app:7")
MUTATING = cdk.AspectPriority.MUTATING


def task(scope: cdk.Stack, name: str) -> ecs.TaskDefinition:
    task_definition = ecs.FargateTaskDefinition(scope, name, cpu=512, memory_limit_mib=1024)
    task_definition.add_container("app", image=IMAGE)
    return task_definition


@pytest.fixture
def synth() -> Callable[[cdk.App], Mapping[str, Any]]:
    """Return containers by task definition, and what was said at info and warning level."""

    def run(app: cdk.App) -> Mapping[str, Any]:
        folder = Path(app.synth().directory)
        containers = {}
        said: dict[str, list[str]] = {"info": [], "warning": [], "error": []}
        for file in folder.glob("*.template.json"):
            for name, resource in json.loads(file.read_text())["Resources"].items():
                if resource["Type"] == "AWS::ECS::TaskDefinition":
                    containers[name[:-8]] = [
                        definition["Name"]
                        for definition in resource["Properties"]["ContainerDefinitions"]
                    ]
        for file in folder.glob("*.metadata.json"):
            for entries in json.loads(file.read_text()).values():
                for entry in entries:
                    level = entry["type"].removeprefix("aws:cdk:")
                    if level in said:
                        said[level].append(entry["data"])
        return {"containers": containers, **said}

    return run


@pytest.fixture
def app(tmp_path: Path) -> cdk.App:
    return cdk.App(outdir=str(tmp_path / "cdk.out"))


def test_every_task_definition_of_the_patterns_is_traced(
    app: cdk.App, synth: Callable[[cdk.App], Mapping[str, Any]]
) -> None:
    stack = cdk.Stack(app, "Shop")
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    cluster = ecs.Cluster(stack, "Cluster", vpc=vpc)
    patterns.ApplicationLoadBalancedFargateService(
        stack,
        "Web",
        cluster=cluster,
        task_image_options=patterns.ApplicationLoadBalancedTaskImageOptions(image=IMAGE),
    )
    patterns.QueueProcessingFargateService(stack, "Queue", cluster=cluster, image=IMAGE)
    patterns.ScheduledFargateTask(
        stack,
        "Nightly",
        cluster=cluster,
        schedule=scaling.Schedule.rate(cdk.Duration.hours(1)),
        scheduled_fargate_task_image_options=patterns.ScheduledFargateTaskImageOptions(
            image=IMAGE, cpu=256, memory_limit_mib=512
        ),
    )
    cdk.Aspects.of(app).add(XRayTracingAspect(), priority=MUTATING)
    result = synth(app)
    assert len(result["containers"]) == 3
    assert all("xray-daemon" in names for names in result["containers"].values())
    template = json.loads((Path(app.outdir) / "Shop.template.json").read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::ECS::TaskDefinition":
            app_container = resource["Properties"]["ContainerDefinitions"][0]
            variables = {pair["Name"]: pair["Value"] for pair in app_container["Environment"]}
            assert variables["AWS_XRAY_DAEMON_ADDRESS"] == "127.0.0.1:2000"
    (service,) = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::ECS::Service" and "LoadBalancers" in resource["Properties"]
    ]
    assert service["LoadBalancers"][0]["ContainerName"] == "web"


def test_one_line_says_what_was_traced_and_what_not_and_why(
    app: cdk.App, synth: Callable[[cdk.App], Mapping[str, Any]]
) -> None:
    stack = cdk.Stack(app, "Shop")
    task(stack, "Orders")
    XRayTracingAspect.exclude(task(stack, "Nightly"), reason="serves no requests")
    task(stack, "Legacy")
    by_hand = task(stack, "ByHand")
    by_hand.add_container(
        "daemon", image=ecs.ContainerImage.from_registry("amazon/aws-xray-daemon:3.3.7")
    )
    nothing = ecs.TaskDefinition(
        stack, "Offline", compatibility=ecs.Compatibility.EC2, network_mode=ecs.NetworkMode.NONE
    )
    nothing.add_container("app", image=IMAGE, memory_limit_mib=64)
    aspect = XRayTracingAspect(exclude={"Shop/Leg*": "goes away in spring"})
    cdk.Aspects.of(app).add(aspect, priority=MUTATING)
    result = synth(app)
    (summary,) = result["info"]
    assert summary == (
        "[ecs-xray:summary] traced 1: Shop/Orders; skipped 4: "
        "Shop/Nightly (serves no requests), Shop/Legacy (goes away in spring), "
        "Shop/ByHand (brings its own collector, 'daemon'), "
        "Shop/Offline (cannot be traced, see its warning)"
    )
    (warning,) = result["warning"]
    assert "network_mode must be one of" in warning
    assert "ecs-xray:not-traced" in warning
    assert result["error"] == []
    traced = [name for name, names in result["containers"].items() if "xray-daemon" in names]
    assert traced == ["Orders"]


def test_only_what_is_included_is_traced(
    app: cdk.App, synth: Callable[[cdk.App], Mapping[str, Any]]
) -> None:
    task(cdk.Stack(app, "prod"), "Orders")
    task(cdk.Stack(app, "dev"), "OrdersOfDev")
    cdk.Aspects.of(app).add(XRayTracingAspect(include=["prod/*"]), priority=MUTATING)
    containers = synth(app)["containers"]
    assert "xray-daemon" in containers["Orders"]
    assert containers["OrdersOfDev"] == ["app"]


def test_a_sidecar_that_is_there_already_stays_alone(
    app: cdk.App, synth: Callable[[cdk.App], Mapping[str, Any]]
) -> None:
    task_definition = task(cdk.Stack(app, "Shop"), "Orders")
    task_definition.add_extension(XRayTracing())
    for _ in range(2):
        cdk.Aspects.of(app).add(XRayTracingAspect(), priority=MUTATING)
    assert synth(app)["containers"]["Orders"].count("xray-daemon") == 1


@jsii.implements(cdk.IAspect)
class AddsAContainer:
    """An aspect of somebody else's that adds containers."""

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, ecs.TaskDefinition) and node.find_container("late") is None:
            node.add_container("late", image=IMAGE, essential=False)


@pytest.mark.parametrize("ours_first", [True, False])
def test_the_order_of_aspects_does_not_matter(
    app: cdk.App, synth: Callable[[cdk.App], Mapping[str, Any]], *, ours_first: bool
) -> None:
    task(cdk.Stack(app, "Shop"), "Orders")
    aspects: list[Any] = [XRayTracingAspect(), AddsAContainer()]
    for aspect in aspects if ours_first else reversed(aspects):
        cdk.Aspects.of(app).add(aspect, priority=MUTATING)
    cdk.Tags.of(app).add("team", "shop")
    synth(app)
    template = json.loads((Path(app.outdir) / "Shop.template.json").read_text())
    (definition,) = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
    ]
    for container in definition["ContainerDefinitions"]:
        names = {pair["Name"] for pair in container.get("Environment", [])}
        if container["Name"] != "xray-daemon":
            assert "AWS_XRAY_DAEMON_ADDRESS" in names, container["Name"]
    assert definition["Tags"] == [{"Key": "team", "Value": "shop"}]


def test_a_stage_has_an_aspect_of_its_own(app: cdk.App) -> None:
    stage = cdk.Stage(app, "prod")
    task(cdk.Stack(stage, "Shop"), "Orders")
    # CDK synthesizes a Stage by itself, without the aspects of the app around it.
    cdk.Aspects.of(stage).add(XRayTracingAspect(), priority=MUTATING)
    app.synth()
    (file,) = Path(app.outdir).glob("assembly-prod/*.template.json")
    assert "xray-daemon" in file.read_text()


def test_a_scope_below_a_stack_is_traced_alone(
    app: cdk.App, synth: Callable[[cdk.App], Mapping[str, Any]]
) -> None:
    stack = cdk.Stack(app, "Shop")
    orders = task(stack, "Orders")
    task(stack, "Other")
    cdk.Aspects.of(orders).add(XRayTracingAspect(), priority=MUTATING)
    result = synth(app)
    assert "xray-daemon" in result["containers"]["Orders"]
    assert result["containers"]["Other"] == ["app"]
    assert len(result["info"]) == 1


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_exclusion_states_its_reason(reason: str) -> None:
    with pytest.raises(ConfigurationError, match="reason must say why"):
        XRayTracingAspect(exclude={"*": reason})
    with pytest.raises(ConfigurationError, match="reason must say why"):
        XRayTracingAspect.exclude(task(cdk.Stack(), "Orders"), reason=reason)
