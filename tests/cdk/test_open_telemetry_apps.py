"""Apps with OpenTelemetry: what the constructs add beside what their author decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, Collector, XRayDaemon, XRayTracing

if TYPE_CHECKING:
    from tests.conftest import Synthesised

Traced = Callable[..., "tuple[dict[str, Any], list[str]]"]


@pytest.fixture
def traced(
    synthesise: Callable[..., Synthesised],
    ec2_task: Callable[..., ecs.Ec2TaskDefinition],
    add_app: Callable[..., ecs.ContainerDefinition],
    variables: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> Traced:
    """Return an app's variables and the warnings."""

    def run(collector: Collector, **environment: str) -> tuple[dict[str, Any], list[str]]:
        def build(stack: cdk.Stack) -> None:
            task = ec2_task(stack)
            task.add_extension(XRayTracing(collector=collector, tracing_name="shop"))
            add_app(task, environment=environment)

        stack = synthesise(build)
        return variables(stack.containers()["app"]), list(stack.warnings)

    return run


@pytest.mark.parametrize("collector", [AdotCollector(), CloudWatchAgent()])
def test_both_kinds_of_sdk_report_under_one_name(traced: Traced, collector: Collector) -> None:
    environment, warnings = traced(collector)
    assert environment["AWS_XRAY_TRACING_NAME"] == environment["OTEL_SERVICE_NAME"] == "shop"
    assert warnings == []


def test_a_name_of_the_authors_stays_without_a_warning(traced: Traced) -> None:
    attributes = "service.name=mine,team=x"
    environment, warnings = traced(AdotCollector(), OTEL_RESOURCE_ATTRIBUTES=attributes)
    assert "OTEL_SERVICE_NAME" not in environment
    assert environment["OTEL_RESOURCE_ATTRIBUTES"] == attributes
    environment, warnings = traced(AdotCollector(), OTEL_SERVICE_NAME="mine")
    assert (environment["OTEL_SERVICE_NAME"], warnings) == ("mine", [])


def test_a_collector_of_the_authors_keeps_its_traces(traced: Traced) -> None:
    own = "http://collector.internal:4318"
    environment, (warning,) = traced(AdotCollector(), OTEL_EXPORTER_OTLP_ENDPOINT=own)
    assert "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" not in environment
    assert "OTEL_METRICS_EXPORTER" not in environment
    assert f"OTEL_EXPORTER_OTLP_ENDPOINT is already set and stays as it is (got '{own}')" in warning


@pytest.mark.parametrize(
    ("sign", "value"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"),
        ("OTEL_TRACES_EXPORTER", "otlp"),
        ("JAVA_TOOL_OPTIONS", "-javaagent:/opt/aws-opentelemetry-agent.jar"),
    ],
)
def test_spans_to_the_x_ray_daemon_are_warned_of(traced: Traced, sign: str, value: str) -> None:
    _, (warning,) = traced(XRayDaemon(), **{sign: value})
    assert f"'xray-daemon' does not take OTLP (got {sign})" in warning
    assert "ecs-xray:otlp-not-taken" in warning
    assert "AdotCollector()" in warning


def test_an_app_without_a_sign_of_open_telemetry_is_not(traced: Traced) -> None:
    assert traced(XRayDaemon(), OTEL_TRACES_EXPORTER="none", LANG="C")[1] == []
