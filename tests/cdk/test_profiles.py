"""The sidecar's container under each profile, whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import Naming, SidecarProfile, XRayDaemon, XRayTracing

if TYPE_CHECKING:
    from tests.conftest import Synthesised

CUSTOM = SidecarProfile(
    essential=False,
    cpu=0,
    memory_reservation_mib=128,
    memory_limit_mib=512,
    restart=True,
    restart_attempt_period_seconds=1800,
    stop_timeout_seconds=0,
    sandboxed=False,
)


@pytest.fixture(scope="module")
def stacks(
    assemble: Callable[..., Mapping[str, Synthesised]],
    ec2_task: Callable[..., ecs.Ec2TaskDefinition],
    add_app: Callable[..., ecs.ContainerDefinition],
) -> Mapping[str, Synthesised]:
    """One stack per profile, named as the reference setup names things."""

    def build(app: cdk.App) -> None:
        for name, profile in {
            "terraform": SidecarProfile.TERRAFORM,
            "safe": SidecarProfile.SAFE,
            "custom": CUSTOM,
            "sandboxed-terraform": replace(SidecarProfile.TERRAFORM, sandboxed=True),
        }.items():
            stack = cdk.Stack(
                app, name, env=cdk.Environment(account="111111111111", region="eu-west-1")
            )
            task = ec2_task(stack)
            add_app(task)
            task.add_extension(
                XRayTracing(
                    naming=Naming(namespace="fq", environment="dev", service="ledger-watcher"),
                    profile=profile,
                    collector=XRayDaemon(log_level="error"),
                )
            )

    return assemble(build)


def sidecar(stack: Synthesised) -> Mapping[str, Any]:
    found: Mapping[str, Any] = stack.containers()["fq-dev-xray"]
    return found


def test_terraform_is_the_reference_setups_container_and_what_the_daemon_cannot_do_without(
    stacks: Mapping[str, Synthesised],
) -> None:
    container = dict(sidecar(stacks["terraform"]))

    # Added by the kit: the daemon exits without a region and thrashes without a buffer size.
    assert {"Command", "Environment", "Image"} <= set(container)
    for added in ("Command", "Environment", "Image"):
        del container[added]
    (log_group,) = stacks["terraform"].resources("AWS::Logs::LogGroup")
    assert container == {
        "Name": "fq-dev-xray",
        "Essential": True,
        "Cpu": 32,
        "MemoryReservation": 256,
        "PortMappings": [{"HostPort": 0, "ContainerPort": 2000, "Protocol": "udp"}],
        "LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {
                "awslogs-group": {"Ref": log_group},
                "awslogs-region": "eu-west-1",
                "awslogs-stream-prefix": "xray",
            },
        },
    }


def test_terraforms_app_sends_to_the_reference_setups_address(
    stacks: Mapping[str, Synthesised],
    variables: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> None:
    app = stacks["terraform"].containers()["app"]

    assert app["Links"] == ["fq-dev-xray"]
    assert variables(app) == {
        "AWS_XRAY_DAEMON_ADDRESS": "fq-dev-xray:2000",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_TRACING_NAME": "ledger-watcher",
    }


def test_safe_fails_open_and_is_locked_in(stacks: Mapping[str, Synthesised]) -> None:
    container = sidecar(stacks["safe"])

    assert container["Essential"] is False
    assert (container["Cpu"], container["MemoryReservation"], container["Memory"]) == (32, 256, 256)
    assert container["RestartPolicy"] == {"Enabled": True, "RestartAttemptPeriod": 60}
    assert container["StopTimeout"] == 30
    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert "HealthCheck" not in container


def test_every_other_value_reaches_the_container_0_included(
    stacks: Mapping[str, Synthesised],
) -> None:
    container = sidecar(stacks["custom"])

    assert container["Essential"] is False
    assert (container["Cpu"], container["MemoryReservation"], container["Memory"]) == (0, 128, 512)
    assert container["RestartPolicy"] == {"Enabled": True, "RestartAttemptPeriod": 1800}
    assert container["StopTimeout"] == 0
    assert "ReadonlyRootFilesystem" not in container
    assert "LinuxParameters" not in container


def test_hardening_goes_with_the_reference_setups_sizes_too(
    stacks: Mapping[str, Synthesised],
) -> None:
    container = sidecar(stacks["sandboxed-terraform"])

    assert container["Essential"] is True
    assert container["ReadonlyRootFilesystem"] is True
    assert "RestartPolicy" not in container
    assert "StopTimeout" not in container


@pytest.mark.parametrize("name", ["terraform", "safe", "custom"])
def test_the_collectors_own_options_come_through(
    stacks: Mapping[str, Synthesised], name: str
) -> None:
    command = sidecar(stacks[name])["Command"]

    assert command[command.index("--log-level") + 1] == "error"


@pytest.mark.parametrize(
    ("name", "memory_mib"), [("terraform", 256), ("safe", 256), ("custom", 512)]
)
def test_the_daemons_soft_limit_follows_the_profiles_memory(
    stacks: Mapping[str, Synthesised],
    variables: Callable[[Mapping[str, Any]], dict[str, Any]],
    name: str,
    memory_mib: int,
) -> None:
    # The field guide's measured rule: about 70 % of what the container may use.
    limit = variables(sidecar(stacks[name]))["GOMEMLIMIT"]

    assert int(limit.removesuffix("MiB")) == pytest.approx(memory_mib * 0.7, abs=1)
