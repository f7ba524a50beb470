"""The X-Ray daemon's container: every option, in each network mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from cdk_ecs_xray import Collector, CollectorContainer, ConfigurationError, Placement, XRayDaemon
from cdk_ecs_xray.plan.network import network_for


def described(
    daemon: XRayDaemon, *, mode: str = "bridge", memory_mib: int = 256
) -> CollectorContainer:
    placement = Placement(
        network=network_for(mode, where="test"), region="eu-west-1", memory_mib=memory_mib
    )
    return daemon.describe(placement)


def flag(command: Sequence[str], name: str) -> str:
    return command[command.index(name) + 1]


def test_the_daemon_is_a_collector() -> None:
    assert isinstance(XRayDaemon(), Collector)


def test_by_default_buffer_region_and_local_mode_are_always_given() -> None:
    container = described(XRayDaemon())

    assert container.image.startswith("public.ecr.aws/xray/aws-xray-daemon:")
    assert not container.image.endswith(":latest")
    assert flag(container.command, "--buffer-memory") == "16"
    assert "--local-mode" in container.command
    assert container.environment["AWS_REGION"] == "eu-west-1"
    assert [(port.container_port, port.protocol) for port in container.ports] == [(2000, "udp")]


def test_no_health_check_since_the_image_has_no_shell() -> None:
    assert described(XRayDaemon()).health_check is None


@pytest.mark.parametrize("mode", ["awsvpc", "host"])
def test_where_app_and_collector_share_an_interface_the_daemon_listens_on_loopback_only(
    mode: str,
) -> None:
    command = described(XRayDaemon(), mode=mode).command

    assert flag(command, "--bind") == "127.0.0.1:2000"
    assert flag(command, "--bind-tcp") == "127.0.0.1:2000"


def test_in_bridge_mode_the_entry_point_already_listens_on_all_interfaces() -> None:
    assert "--bind" not in described(XRayDaemon()).command


@pytest.mark.parametrize("memory_mib", [64, 256, 512])
def test_go_is_kept_below_the_containers_memory_and_above_the_buffer(memory_mib: int) -> None:
    limit = described(XRayDaemon(), memory_mib=memory_mib).environment["GOMEMLIMIT"]

    assert limit.endswith("MiB")
    assert 16 < int(limit.removesuffix("MiB")) <= memory_mib * 0.7


def test_every_option_reaches_the_container() -> None:
    container = described(
        XRayDaemon(
            buffer_memory_mib=32,
            log_level="warn",
            local_mode=False,
            region="us-east-2",
        )
    )

    assert flag(container.command, "--buffer-memory") == "32"
    assert flag(container.command, "--log-level") == "warn"
    assert "--local-mode" not in container.command
    assert container.environment["AWS_REGION"] == "us-east-2"


@pytest.mark.parametrize("level", ["dev", "debug", "info", "prod", "warn", "error"])
def test_every_level_of_the_daemon_is_taken(level: Any) -> None:
    assert flag(described(XRayDaemon(log_level=level)).command, "--log-level") == level


@pytest.mark.parametrize(
    ("option", "got"),
    [
        ({"buffer_memory_mib": 3}, "3"),
        ({"buffer_memory_mib": 0}, "0"),
        ({"log_level": "trace"}, "'trace'"),
        ({"log_level": ""}, "''"),
    ],
    ids=str,
)
def test_what_the_daemon_would_refuse_is_refused_here(
    option: dict[str, Any], got: str, reads_well: Callable[[object], bool]
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        XRayDaemon(**option)

    (problem,) = map(str, raised.value.problems)
    assert problem.startswith(f"XRayDaemon: {next(iter(option))} must ")
    assert f"got {got})" in problem
    assert reads_well(problem)


def test_a_buffer_that_leaves_no_room_is_refused_with_both_numbers() -> None:
    with pytest.raises(ConfigurationError, match=r"70 % of the container's 16 MiB \(got 16\)."):
        described(XRayDaemon(), memory_mib=16)


@pytest.mark.parametrize("host", ["fq-dev-xray", "127.0.0.1"])
def test_the_app_gets_an_address_its_sdk_can_parse_and_a_context_that_never_throws(
    host: str,
) -> None:
    assert XRayDaemon().application_environment(host) == {
        "AWS_XRAY_DAEMON_ADDRESS": f"{host}:2000",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    }
