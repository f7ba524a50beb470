"""Logs beside traces: the log groups of apps, where collectors and SDKs name them to X-Ray."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
import yaml
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    XRayDaemon,
    XRayDirect,
    XRayTracing,
)
from tests.collectors.test_exporters import EXPORTERS

if TYPE_CHECKING:
    from tests.conftest import Synthesised

Logged = Callable[..., "Synthesised"]
CHINA = cdk.Environment(account="111122223333", region="cn-north-1")
ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"


@pytest.fixture
def logged(synthesise: Callable[..., Synthesised]) -> Logged:
    """Trace a task with two apps that log to groups by name, and one without a group."""

    def run(
        collector: Collector | None, *, environment: Mapping[str, str] | None = None
    ) -> Synthesised:
        def build(stack: cdk.Stack) -> None:
            task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=2048)
            if collector is None:
                task.add_extension(XRayDirect(distribution="node"))
            else:
                task.add_extension(XRayTracing(collector=collector, tracing_name="shop"))
            drivers = {
                name: ecs.LogDriver.aws_logs(
                    stream_prefix="app",
                    log_group=logs.LogGroup.from_log_group_name(
                        stack, f"{name}Logs", f"/shop/{name}"
                    ),
                )
                for name in ("orders", "audit")
            }
            drivers["routed"] = ecs.LogDrivers.firelens()
            for name, driver in drivers.items():
                task.add_container(
                    name,
                    image=ecs.ContainerImage.from_registry(f"{name}:7"),
                    logging=driver,
                    environment=dict(environment or {}),
                )

        return synthesise(build)

    return run


def text(value: object) -> str:
    """Return a value with CloudFormation's functions spelled out."""
    if isinstance(value, dict):
        ((function, of),) = value.items()
        return "".join(map(text, of[1])) if function == "Fn::Join" else f"${{{of}}}"
    return str(value)


def attributes(stack: Synthesised, app: str) -> str | None:
    pairs = stack.containers()[app].get("Environment", [])
    return next((text(pair["Value"]) for pair in pairs if pair["Name"] == ATTRIBUTES), None)


def arn(group: str) -> str:
    where = "${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}"
    return f"aws.log.group.arns=arn:{where}:log-group:{group}"


@pytest.mark.parametrize("collector", [AdotCollector(), CloudWatchAgent(), None])
def test_an_open_telemetry_app_names_its_own_group(
    logged: Logged, collector: Collector | None
) -> None:
    stack = logged(collector)
    assert attributes(stack, "orders") == arn("/shop/orders")
    assert attributes(stack, "audit") == arn("/shop/audit")
    # Where FireLens sends its lines is the router's to know.
    assert attributes(stack, "routed") is None
    assert list(stack.errors) == []


def test_attributes_of_ones_own_are_lengthened(logged: Logged) -> None:
    stack = logged(AdotCollector(), environment={ATTRIBUTES: "team=shop"})
    assert attributes(stack, "orders") == f"team=shop,{arn('/shop/orders')}"
    assert attributes(stack, "routed") == "team=shop"
    assert list(stack.warnings) == []


def test_groups_of_ones_own_stay(logged: Logged) -> None:
    own = "aws.log.group.names=/mine"
    stack = logged(AdotCollector(), environment={ATTRIBUTES: own})
    assert attributes(stack, "orders") == own


def adot_groups(stack: Synthesised) -> Any:
    pairs = stack.containers()["aws-otel-collector"]["Environment"]
    (content,) = [text(pair["Value"]) for pair in pairs if pair["Name"] == "AOT_CONFIG_CONTENT"]
    exporter = yaml.safe_load(content)["exporters"].get("awsxray", {})
    return exporter.get("aws_log_groups")


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_adot_names_the_groups_of_x_ray_sdks(logged: Logged, exporter: Any) -> None:
    expected = None if exporter == "otlp" else ["/shop/orders", "/shop/audit"]
    assert adot_groups(logged(AdotCollector(exporter=exporter))) == expected


def test_a_group_that_the_stack_makes_is_named_by_reference(
    synthesise: Callable[..., Synthesised],
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=2048)
        task.add_extension(XRayTracing(collector=AdotCollector()))
        task.add_container(
            "orders",
            image=ecs.ContainerImage.from_registry("orders:7"),
            logging=ecs.LogDriver.aws_logs(stream_prefix="app"),
        )

    stack = synthesise(build)
    (group,) = adot_groups(stack)
    options = stack.containers()["orders"]["LogConfiguration"]["Options"]
    assert group == text(options["awslogs-group"])
    assert (attributes(stack, "orders") or "").endswith(f":log-group:{group}")


def test_the_daemon_leaves_apps_as_they_are(logged: Logged) -> None:
    template = json.dumps(logged(XRayDaemon()).template)
    assert "aws.log.group" not in template
    assert "aws_log_groups" not in template
