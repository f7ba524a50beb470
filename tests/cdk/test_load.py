"""The expected load sizes the sidecar by what was measured of its collector, or says why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    CollectorContainer,
    CollectorPort,
    ConfigurationError,
    Placement,
    SidecarProfile,
    XRayDaemon,
    XRayTracing,
)

Sidecar = tuple[int, list[str]]


def ec2(stack: cdk.Stack) -> ecs.TaskDefinition:
    return ecs.Ec2TaskDefinition(stack, "Task")


def ec2_with_task_cpu(stack: cdk.Stack) -> ecs.TaskDefinition:
    return ecs.TaskDefinition(
        stack, "Task", compatibility=ecs.Compatibility.EC2, cpu="1024", memory_mib="2048"
    )


def fargate(stack: cdk.Stack) -> ecs.TaskDefinition:
    return ecs.FargateTaskDefinition(stack, "Task", cpu=1024, memory_limit_mib=2048)


def either(stack: cdk.Stack) -> ecs.TaskDefinition:
    return ecs.TaskDefinition(
        stack,
        "Task",
        compatibility=ecs.Compatibility.EC2_AND_FARGATE,
        network_mode=ecs.NetworkMode.AWS_VPC,
        cpu="1024",
        memory_mib="2048",
    )


QUOTAS = [fargate, either, ec2_with_task_cpu]


@pytest.fixture
def traced(synthesise: Callable[..., Any]) -> Callable[..., Sidecar]:
    """Return the sidecar's cpu and the warnings of a stack."""

    def run(make: Callable[[cdk.Stack], ecs.TaskDefinition], **options: Any) -> Sidecar:
        def build(stack: cdk.Stack) -> None:
            task_definition = make(stack)
            task_definition.add_container(
                "app", image=ecs.ContainerImage.from_registry("app:7"), memory_limit_mib=64
            )
            task_definition.add_extension(XRayTracing(**options))

        stack = synthesise(build)
        (sidecar,) = [one for name, one in stack.containers().items() if name != "app"]
        return sidecar["Cpu"], stack.warnings

    return run


DAEMON, ADOT = XRayDaemon(), AdotCollector()
PLANNED: list[tuple[Collector, int | None, int]] = [
    (DAEMON, None, 32),
    (DAEMON, 0, 32),
    (DAEMON, 400, 32),
    (DAEMON, 401, 64),
    (DAEMON, 1200, 96),
    (DAEMON, 3000, 256),
    (XRayDaemon(version="3.6.5", log_level="warn"), 401, 64),
    (ADOT, None, 32),
    (ADOT, 100, 32),
    (ADOT, 400, 128),
    (ADOT, 600, 192),
]


@pytest.mark.parametrize(("collector", "expected", "cpu"), PLANNED)
def test_a_load_that_was_measured_sizes_the_default_profile(
    traced: Callable[..., Sidecar], collector: Collector, expected: int | None, cpu: int
) -> None:
    found = traced(ec2, collector=collector, expected_segments_per_second=expected)
    assert found == (cpu, [])


LOST = [
    (DAEMON, 1800, 160, None),
    (DAEMON, 2000, 160, "at most 1800, above which the X-Ray daemon loses up to 6.6 %"),
    (DAEMON, 3000, 256, "at most 1800, above which the X-Ray daemon loses up to 9 %"),
    (ADOT, 200, 64, None),
    (ADOT, 400, 128, "at most 200, above which the ADOT collector loses up to 45 %"),
]


@pytest.mark.parametrize("make", QUOTAS)
@pytest.mark.parametrize(("collector", "expected", "cpu", "says"), LOST)
def test_a_quota_on_the_task_loses_what_was_measured(
    traced: Callable[..., Sidecar],
    make: Callable[[cdk.Stack], ecs.TaskDefinition],
    *,
    collector: Collector,
    expected: int,
    cpu: int,
    says: str | None,
) -> None:
    found, warnings = traced(make, collector=collector, expected_segments_per_second=expected)
    assert found == cpu
    if says is None:
        assert warnings == []
    else:
        (warning,) = warnings
        assert says in warning
        assert f"got {expected})" in warning
        assert "2 tasks" in warning
        assert "ecs-xray:too-many-segments" in warning


@pytest.mark.parametrize(
    ("collector", "expected", "cpu", "most"), [(DAEMON, 9000, 256, 3000), (ADOT, 601, 192, 600)]
)
@pytest.mark.parametrize("make", [ec2, fargate])
def test_more_than_was_ever_measured_says_what_was(
    traced: Callable[..., Sidecar],
    make: Callable[[cdk.Stack], ecs.TaskDefinition],
    *,
    collector: Collector,
    expected: int,
    cpu: int,
    most: int,
) -> None:
    found, (warning,) = traced(make, collector=collector, expected_segments_per_second=expected)
    assert found == cpu
    assert f"must be at most {most}, the most that was measured" in warning
    assert f"got {expected})" in warning
    # No size was shown to carry it, so none is named.
    assert "CPU units" not in warning


@pytest.mark.parametrize(
    ("profile", "expected", "carried", "needed"),
    [
        (SidecarProfile.TERRAFORM, 1200, 400, 96),
        (replace(SidecarProfile.SAFE, cpu=64), 801, 800, 96),
        (replace(SidecarProfile.SAFE, cpu=0), 1, 0, 32),
        (replace(SidecarProfile.SAFE, cpu=160), 2001, 2000, 192),
    ],
)
def test_a_profile_of_ones_own_keeps_its_size_and_is_told_a_larger_one(
    traced: Callable[..., Sidecar],
    profile: SidecarProfile,
    expected: int,
    carried: int,
    needed: int,
) -> None:
    found, (warning,) = traced(ec2, profile=profile, expected_segments_per_second=expected)
    assert found == profile.cpu
    assert f"must be at most {carried}, what {profile.cpu} CPU units" in warning
    assert f"Give it {needed} CPU units" in warning


@pytest.mark.parametrize("cpu", [256, 512, 1024])
def test_nothing_is_given_a_size_that_it_has(traced: Callable[..., Sidecar], cpu: int) -> None:
    profile = replace(SidecarProfile.SAFE, cpu=cpu)
    _, (warning,) = traced(ec2, profile=profile, expected_segments_per_second=9000)
    assert "Give it" not in warning
    assert traced(ec2, profile=profile, expected_segments_per_second=3000) == (cpu, [])


class OwnCollector:
    """A collector that the kit knows nothing of."""

    container_name = "mine"

    def describe(self, placement: Placement) -> CollectorContainer:
        del placement
        port = CollectorPort(container_port=2000, protocol="udp")
        return CollectorContainer(image="mine:1", ports=[port])

    def application_environment(self, host: str) -> Mapping[str, str]:
        return {"AWS_XRAY_DAEMON_ADDRESS": f"{host}:2000"}


@pytest.mark.parametrize(
    ("collector", "named"), [(CloudWatchAgent(), "CloudWatch agent"), (OwnCollector(), "OwnColl")]
)
def test_a_collector_that_nobody_measured_keeps_its_size_and_says_so(
    traced: Callable[..., Sidecar], collector: Collector, named: str
) -> None:
    found, (warning,) = traced(ec2, collector=collector, expected_segments_per_second=900)
    assert found == 32
    assert "none was for" in warning
    assert named in warning
    assert "ecs-xray:load-not-measured" in warning
    assert traced(ec2, collector=collector) == (32, [])


def test_a_negative_load_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match=r"must not be negative \(got -1"):
        XRayTracing(expected_segments_per_second=-1)
