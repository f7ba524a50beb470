"""What the exporter of a collector changes in a stack: permissions, addresses and a warning."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    ConfigurationError,
    SidecarProfile,
    XRayDaemon,
    XRaySidecar,
    XRayTracing,
)

if TYPE_CHECKING:
    from tests.conftest import Synthesised

Build = Callable[..., "Synthesised"]
ESSENTIAL = replace(SidecarProfile.SAFE, essential=True)


@pytest.fixture
def traced(
    synthesise: Callable[..., Synthesised],
    ec2_task: Callable[..., ecs.Ec2TaskDefinition],
    add_app: Callable[..., ecs.ContainerDefinition],
) -> Build:
    def run(collector: Collector, profile: SidecarProfile = SidecarProfile.SAFE) -> Synthesised:
        def build(stack: cdk.Stack) -> None:
            task = ec2_task(stack)
            task.add_extension(XRayTracing(collector=collector, profile=profile))
            add_app(task)

        return synthesise(build)

    return run


@pytest.mark.parametrize("kind", [AdotCollector, CloudWatchAgent])
def test_spans_are_granted_where_they_are_sent(traced: Build, kind: Any) -> None:
    assert "xray:PutSpans" not in json.dumps(traced(kind()).template)
    for exporter in ("otlp", "both"):
        policies = json.dumps(traced(kind(exporter=exporter)).template)
        assert '"xray:PutSpans", "xray:PutSpansForIndexing"' in policies
        assert '"xray:PutTraceSegments"' in policies


def test_the_address_ends_as_the_partition_has_it(traced: Build) -> None:
    template = json.dumps(traced(AdotCollector(exporter="otlp")).template)
    assert "https://xray." in template
    assert '{"Ref": "AWS::URLSuffix"}, "/v1/traces' in template


def test_a_collector_that_would_stop_its_task_is_warned_of(traced: Build) -> None:
    (warning,) = traced(AdotCollector(exporter="both"), ESSENTIAL).warnings
    assert "essential must be false for a collector that sends spans" in warning
    assert list(traced(AdotCollector(exporter="both")).warnings) == []
    assert list(traced(AdotCollector(), ESSENTIAL).warnings) == []
    assert list(traced(XRayDaemon(), ESSENTIAL).warnings) == []


def test_a_collector_of_spans_alone_has_no_address_for_segments() -> None:
    stack = cdk.Stack()
    task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
    task.add_extension(XRayTracing(collector=CloudWatchAgent(exporter="otlp")))
    with pytest.raises(ConfigurationError, match="takes spans alone"):
        _ = XRaySidecar.of(task).address
