"""What every collector is: a protocol and the frozen values it deals in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from cdk_ecs_xray.collectors.write_access import WRITE_ACTIONS
from cdk_ecs_xray.plan.fit import Ports, Transport, port_range
from cdk_ecs_xray.plan.network import SidecarNetwork


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a collector is going to run.

    :param network: the row of the network table for the task's mode.
    :param region: the AWS region, or a CDK token that becomes one at deployment.
    :param memory_mib: what the container may use, in MiB: its hard limit, or its reservation
        where it has no limit.
    :param log_groups: names of the log groups that apps write to beside it.
    :param url_suffix: what addresses of AWS end with there; None reads it from the region.
    """

    network: SidecarNetwork
    region: str
    memory_mib: int
    url_suffix: str | None = None
    log_groups: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class CollectorPort:
    """A port the collector listens on, as published in the task definition."""

    container_port: int
    protocol: Transport


@dataclass(frozen=True, kw_only=True)
class CollectorContainer:
    """The part of a container definition that the collector decides, and what it needs from IAM.

    :param command: appended to the image's entry point.
    :param ports: what a sidecar publishes.
    :param linked_ports: what apps reach besides, over a link or a shared interface. A sidecar
        does not publish these: TCP 2000 signs X-Ray requests for whoever reaches it.
    :param own_ports: what it listens on for nobody but itself, such as its health check.
    :param health_check: a command of the image, without ``CMD``; None where none would tell
        anything. Images without a shell cannot run ``CMD-SHELL``.
    :param image_user: the user id that the image runs as; 0 for one that needs root.
    :param runs_sandboxed: works with a read-only root file system and no Linux capabilities.
    :param actions: what the task role must be allowed, on ``*``.
    :param written_log_groups: names of log groups that it creates and writes to by itself, beside
        the log that ECS writes.
    :param assumes_role: ARN of a role, in another account perhaps, that the collector sends
        with; the task role is then allowed to assume it.
    :param ends_without_credentials: it looks for credentials before it starts, and ends where it
        finds none, instead of waiting for them.
    """

    image: str
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: Sequence[CollectorPort] = ()
    linked_ports: Sequence[CollectorPort] = ()
    own_ports: Sequence[CollectorPort] = ()
    health_check: Sequence[str] | None = None
    image_user: int = 0
    runs_sandboxed: bool = True
    actions: Sequence[str] = WRITE_ACTIONS
    written_log_groups: Sequence[str] = ()
    assumes_role: str | None = None
    ends_without_credentials: bool = False


def opened_by(container: CollectorContainer) -> Sequence[Ports]:
    """Return every port it opens; an app that shares its network cannot have one of them."""
    return [
        Ports(port_range(port.container_port, None), port.protocol)
        for port in (*container.ports, *container.linked_ports, *container.own_ports)
    ]


@runtime_checkable
class Collector(Protocol):
    """Software that takes segments from an app and sends them to X-Ray."""

    @property
    def container_name(self) -> str:
        """The sidecar's name where the user chose none."""
        ...

    def describe(self, placement: Placement) -> CollectorContainer:
        """Return the container for one placement."""
        ...

    def application_environment(self, host: str) -> Mapping[str, str]:
        """Return the variables an app needs to reach the collector at this host."""
        ...
