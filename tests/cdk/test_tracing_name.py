"""The name of each service in X-Ray: found in the app, chosen, or left to the code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns

from cdk_ecs_xray import ConfigurationError, Naming, XRaySidecar, XRayTracing, XRayTracingAspect

IMAGE = ecs.ContainerImage.from_registry("app:7")
SHARED = "ecs-xray:tracing-name-shared"
Synthesise = Callable[..., Any]


def names(stack: Any) -> dict[str, list[str | None]]:
    """Return the names of each task definition's apps, by its logical id without the hash."""
    found = {}
    for logical_id, task in stack.resources("AWS::ECS::TaskDefinition").items():
        apps = [
            {one["Name"]: one["Value"] for one in container.get("Environment", [])}
            for container in task["Properties"]["ContainerDefinitions"]
        ]
        found[logical_id[:-8]] = [
            app.get("AWS_XRAY_TRACING_NAME") for app in apps if "AWS_XRAY_DAEMON_ADDRESS" in app
        ]
    return found


def trace(app: cdk.App, tracing: XRayTracing | None = None) -> None:
    aspect = XRayTracingAspect(tracing=tracing)
    cdk.Aspects.of(app).add(aspect, priority=cdk.AspectPriority.MUTATING)


def task(scope: Any, construct_id: str, *containers: str) -> ecs.FargateTaskDefinition:
    made = ecs.FargateTaskDefinition(scope, construct_id, cpu=512, memory_limit_mib=1024)
    for name in containers:
        made.add_container(name, image=IMAGE)
    return made


def add_patterns(stack: cdk.Stack, cluster: ecs.Cluster) -> None:
    image = patterns.ApplicationLoadBalancedTaskImageOptions(image=IMAGE)
    for construct_id, name in (("Orders", None), ("Billing", "invoices")):
        patterns.ApplicationLoadBalancedFargateService(
            stack, construct_id, cluster=cluster, service_name=name, task_image_options=image
        )
    patterns.QueueProcessingFargateService(stack, "Mail", cluster=cluster, image=IMAGE)
    patterns.ScheduledFargateTask(
        stack,
        "Nightly",
        cluster=cluster,
        schedule=scaling.Schedule.rate(cdk.Duration.hours(1)),
        scheduled_fargate_task_image_options=patterns.ScheduledFargateTaskImageOptions(image=IMAGE),
    )


def test_patterns_and_services_give_the_name(assemble: Callable[..., Mapping[str, Any]]) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "Shop")
        cluster = ecs.Cluster(stack, "Cluster", vpc=ec2.Vpc(stack, "Vpc"))
        add_patterns(stack, cluster)
        ecs.FargateService(
            stack, "Stock", cluster=cluster, task_definition=task(stack, "StockTask", "web")
        )
        task(stack, "Search", "web", "indexer")
        task(cdk.Stack(app, "Ledger"), "TaskDef", "web")
        trace(app)

    stacks = assemble(build)

    assert names(stacks["Shop"]) == {
        "OrdersTaskDef": ["Orders"],
        "BillingTaskDef": ["invoices"],
        "MailQueueProcessingTaskDef": ["Mail"],
        "NightlyScheduledTaskDef": ["Nightly"],
        "StockTask": ["Stock"],
        "Search": ["Search", "Search-indexer"],
    }
    assert names(stacks["Ledger"]) == {"TaskDef": ["Ledger"]}
    assert [one for one in stacks["Shop"].warnings if SHARED in one] == []


def test_generic_constructs_leave_the_containers_names(synthesise: Synthesise) -> None:
    def build(stack: cdk.Stack) -> None:
        task(stack, "TaskDef", "orders", "outbox").add_extension(XRayTracing())

    assert names(synthesise(build)) == {"TaskDef": ["orders", "outbox"]}


def test_characters_that_no_segment_may_have_are_replaced(synthesise: Synthesise) -> None:
    def build(stack: cdk.Stack) -> None:
        task(stack, "Orders*(eu)", "web").add_extension(XRayTracing())

    assert list(names(synthesise(build)).values()) == [["Orders--eu-"]]


@pytest.mark.parametrize(
    ("tracing", "expected"),
    [
        (XRayTracing(tracing_name="chosen"), "chosen"),
        (XRayTracing(tracing_name=False), None),
        (
            XRayTracing(tracing_name=lambda container: f"shop-{container.container_name}"),
            "shop-web",
        ),
        (XRayTracing(tracing_name=lambda _: None), "Orders"),
        (XRayTracing(naming=Naming(namespace="fq", environment="dev", service="s")), "s"),
    ],
)
@pytest.mark.parametrize("how", ["extension", "aspect"])
def test_a_name_is_chosen_made_or_left_to_the_code(
    assemble: Callable[..., Mapping[str, Any]], tracing: XRayTracing, expected: str | None, how: str
) -> None:
    def build(app: cdk.App) -> None:
        made = task(cdk.Stack(app, "Shop"), "Orders", "web")
        if how == "extension":
            made.add_extension(tracing)
        else:
            trace(app, tracing)

    assert names(assemble(build)["Shop"]) == {"Orders": [expected]}


def test_attach_leaves_the_name_to_the_code_too(synthesise: Synthesise) -> None:
    def build(stack: cdk.Stack) -> None:
        made = task(stack, "Orders", "web")
        sidecar = XRaySidecar(made, "XRay", task_definition=made)
        container = made.default_container
        assert container is not None
        sidecar.attach(container, tracing_name=False)
        assert sidecar.application_environment("x")["AWS_XRAY_TRACING_NAME"] == "x"

    assert names(synthesise(build)) == {"Orders": [None]}


@pytest.mark.parametrize("wrong", ["", "  ", True])
def test_what_is_no_name_is_refused(wrong: Any, reads_well: Callable[[object], bool]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        XRayTracing(tracing_name=wrong)

    (problem,) = raised.value.problems
    assert reads_well(problem)


@pytest.mark.parametrize(
    ("others", "warned"), [("same", True), ("other region", False), ("other stage", False)]
)
def test_two_services_of_one_name_are_warned_of(
    assemble: Callable[..., Mapping[str, Any]], others: str, *, warned: bool
) -> None:
    def build(app: cdk.App) -> None:
        here = cdk.Environment(account="111122223333", region="eu-west-1")
        there = cdk.Environment(account="111122223333", region="eu-west-2")
        scope = cdk.Stage(app, "prod") if others == "other stage" else app
        one = cdk.Stack(app, "One", env=here)
        two = cdk.Stack(scope, "Two", env=there if others == "other region" else here)
        for stack in (one, two):
            task(stack, "Orders", "web").add_extension(XRayTracing())

    stacks = assemble(build)

    found = [one for stack in stacks.values() for one in stack.warnings if SHARED in one]
    assert len(found) == warned
    assert all("'Orders', which One/Orders has too" in one for one in found)


def test_a_name_that_a_container_has_already_counts(
    assemble: Callable[..., Mapping[str, Any]],
) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "S")
        for construct_id in ("One", "Two"):
            made = task(stack, construct_id)
            made.add_container("web", image=IMAGE, environment={"AWS_XRAY_TRACING_NAME": "mine"})
            made.add_extension(XRayTracing())

    assert [SHARED in one for one in assemble(build)["S"].warnings].count(True) == 1
