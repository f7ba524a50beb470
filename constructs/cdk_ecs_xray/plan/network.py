"""Where an app finds its collector, for each ECS network mode: one table, no CDK in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cdk_ecs_xray.errors import Problem, UnsupportedTaskDefinitionError

LOOPBACK = "127.0.0.1"
ALL_INTERFACES = "0.0.0.0"  # noqa: S104 - the container's own network, reachable only over links
XRAY_PORT = 2000
"""The port of X-Ray's SDKs: UDP for segments, TCP for the sampling proxy."""
OTLP_GRPC_PORT = 4317
OTLP_HTTP_PORT = 4318
"""The ports of OpenTelemetry's protocol, as its specification defaults them."""
SIGNALS_GRPC_PORT = 4315
SIGNALS_HTTP_PORT = 4316
"""Those of the CloudWatch agent for Application Signals, which it takes no other for."""


@dataclass(frozen=True, kw_only=True)
class SidecarNetwork:
    """How a sidecar is reached in one network mode.

    :param mode: ECS's own name of the mode.
    :param linked: the app needs a Docker link to the sidecar; only bridge mode has links.
    :param host_port: ``hostPort`` of the sidecar's mappings; None leaves it out, as awsvpc wants.
    :param bind_address: where the collector listens. Its TCP port signs any X-Ray request for
        whoever reaches it, so it is loopback wherever app and collector share an interface.
    :param shared: the collector serves other tasks, which reach it over published ports only.
    """

    mode: str
    linked: bool
    host_port: int | None
    bind_address: str
    shared: bool = False

    def published(self, container_port: int) -> int | None:
        """Return the ``hostPort`` for one of the sidecar's ports; None leaves it out."""
        if self.host_port is None or self.host_port == 0:
            return self.host_port
        # Host mode has no mapping to another port: what is bound is what is published.
        return container_port

    def host(self, container_name: str) -> str:
        """Return the host part of the collector's address, never a DNS name.

        The X-Ray SDK for Python resolves a DNS name on the request thread for every segment;
        a link's name is in the hosts file and an IP address needs no look-up.
        """
        return container_name if self.linked else LOOPBACK


NETWORKS: Mapping[str, SidecarNetwork] = MappingProxyType(
    {
        network.mode: network
        for network in (
            SidecarNetwork(mode="bridge", linked=True, host_port=0, bind_address=ALL_INTERFACES),
            SidecarNetwork(mode="awsvpc", linked=False, host_port=None, bind_address=LOOPBACK),
            SidecarNetwork(mode="host", linked=False, host_port=XRAY_PORT, bind_address=LOOPBACK),
        )
    }
)


def network_for(mode: str, *, where: str) -> SidecarNetwork:
    """Return the table's row for an ECS network mode.

    :param where: what to name in the error, such as the path of the task definition.
    :raises UnsupportedTaskDefinitionError: for ``none`` and any mode ECS does not have.
    """
    if mode in NETWORKS:
        return NETWORKS[mode]
    raise UnsupportedTaskDefinitionError(
        Problem(
            where=where,
            what=f"network_mode must be one of {', '.join(NETWORKS)} so that the app can reach a "
            "collector",
            got=f"'{mode}'",
            fix="Use bridge or host on EC2, awsvpc on Fargate.",
        )
    )
