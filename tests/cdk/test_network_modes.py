"""How app and sidecar find each other in every network mode and launch type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import XRaySidecar, XRayTracing

if TYPE_CHECKING:
    from tests.conftest import Synthesised

ALL = ("bridge", "host", "awsvpc", "fargate", "external")
LINKED = ("bridge", "external")


def _task_definition(stack: cdk.Stack, shape: str) -> ecs.TaskDefinition:
    if shape == "fargate":
        return ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
    if shape == "external":
        return ecs.ExternalTaskDefinition(stack, "Task")
    modes = {
        "bridge": ecs.NetworkMode.BRIDGE,
        "host": ecs.NetworkMode.HOST,
        "awsvpc": ecs.NetworkMode.AWS_VPC,
    }
    return ecs.Ec2TaskDefinition(stack, "Task", network_mode=modes[shape])


@pytest.fixture(scope="module", params=["extension", "construct"])
def stacks(
    request: pytest.FixtureRequest,
    assemble: Callable[..., Mapping[str, Synthesised]],
    add_app: Callable[..., ecs.ContainerDefinition],
) -> Mapping[str, Synthesised]:
    """A task definition of every shape, traced by either of the two ways there are."""

    def build(app: cdk.App) -> None:
        for shape in ALL:
            task = _task_definition(cdk.Stack(app, shape), shape)
            container = add_app(task)
            if request.param == "extension":
                task.add_extension(XRayTracing())
            else:
                XRaySidecar(task, "XRay", task_definition=task).attach(container)

    return assemble(build)


@pytest.mark.parametrize("shape", ALL)
def test_nothing_is_complained_about(stacks: Mapping[str, Synthesised], shape: str) -> None:
    assert [*stacks[shape].errors, *stacks[shape].warnings] == []


@pytest.mark.parametrize("shape", ALL)
def test_the_address_is_the_links_name_or_loopback(
    stacks: Mapping[str, Synthesised],
    variables: Callable[[Mapping[str, Any]], dict[str, Any]],
    shape: str,
) -> None:
    host = "xray-daemon" if shape in LINKED else "127.0.0.1"

    environment = variables(stacks[shape].containers()["app"])

    assert environment["AWS_XRAY_DAEMON_ADDRESS"] == f"{host}:2000"
    assert environment["AWS_XRAY_CONTEXT_MISSING"] == "LOG_ERROR"
    # "app" of "Task" says nothing, and every other stack has the same.
    assert environment["AWS_XRAY_TRACING_NAME"] == shape


@pytest.mark.parametrize("shape", ALL)
def test_only_bridge_mode_has_links(stacks: Mapping[str, Synthesised], shape: str) -> None:
    links = stacks[shape].containers()["app"].get("Links")

    assert links == (["xray-daemon"] if shape in LINKED else None)


@pytest.mark.parametrize("shape", ALL)
def test_the_app_starts_after_the_sidecar_and_so_stops_before_it(
    stacks: Mapping[str, Synthesised], shape: str
) -> None:
    containers = stacks[shape].containers()

    assert containers["app"]["DependsOn"] == [
        {"Condition": "START", "ContainerName": "xray-daemon"}
    ]
    assert "DependsOn" not in containers["xray-daemon"]


@pytest.mark.parametrize(
    ("shape", "host_ports"),
    [("bridge", {0}), ("external", {0}), ("host", {2000}), ("awsvpc", {None}), ("fargate", {None})],
)
def test_the_segment_port_is_published_as_the_mode_wants_it(
    stacks: Mapping[str, Synthesised], shape: str, host_ports: set[int | None]
) -> None:
    mappings = stacks[shape].containers()["xray-daemon"]["PortMappings"]

    assert [(mapping["ContainerPort"], mapping["Protocol"]) for mapping in mappings] == [
        (2000, "udp")
    ]
    # awsvpc takes no other host port than the container's own.
    assert {mapping.get("HostPort") for mapping in mappings} <= host_ports | (
        {2000} if shape in ("awsvpc", "fargate") else set()
    )


@pytest.mark.parametrize("shape", ALL)
def test_the_signing_proxy_is_never_published(
    stacks: Mapping[str, Synthesised], shape: str
) -> None:
    # Whoever reaches TCP 2000 has the task role's X-Ray rights.
    sidecar = stacks[shape].containers()["xray-daemon"]

    assert all(mapping["Protocol"] == "udp" for mapping in sidecar["PortMappings"])
    bound_to_loopback = "127.0.0.1:2000" in sidecar["Command"]
    assert bound_to_loopback is (shape not in LINKED)


@pytest.mark.parametrize("shape", ALL)
def test_the_region_is_explicit(
    stacks: Mapping[str, Synthesised],
    variables: Callable[[Mapping[str, Any]], dict[str, Any]],
    shape: str,
) -> None:
    sidecar = stacks[shape].containers()["xray-daemon"]

    assert variables(sidecar)["AWS_REGION"] == {"Ref": "AWS::Region"}


@pytest.mark.parametrize("shape", ALL)
def test_a_collector_that_stops_does_not_take_the_app_with_it(
    stacks: Mapping[str, Synthesised], shape: str
) -> None:
    containers = stacks[shape].containers()

    assert containers["xray-daemon"]["Essential"] is False
    assert containers["app"]["Essential"] is True
