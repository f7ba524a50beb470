"""The name of a service in a private DNS namespace."""

from __future__ import annotations

from typing import Any

from cdk_ecs_xray.environments.discovery import Discovery
from cdk_ecs_xray.environments.targets import Target
from cdk_ecs_xray.stacks.contents import Contents
from cdk_ecs_xray.stacks.tokens import attribute

DISCOVERY_SERVICE = "DiscoveryService"


def add_discovery(
    contents: Contents, *, discovery: Discovery, name: str, record: str, target: Target | None
) -> list[dict[str, Any]]:
    """Provision a service of Cloud Map; return how an ECS service registers with it.

    :param target: the port of an SRV record.
    """
    contents.add(
        DISCOVERY_SERVICE,
        "AWS::ServiceDiscovery::Service",
        {
            "Name": name if discovery.name is None else discovery.name,
            "NamespaceId": discovery.namespace,
            "DnsConfig": {"DnsRecords": [{"Type": record, "TTL": discovery.ttl_seconds}]},
            # ECS itself says which tasks are healthy.
            "HealthCheckCustomConfig": {"FailureThreshold": 1},
        },
    )
    registry: dict[str, Any] = {"RegistryArn": attribute(DISCOVERY_SERVICE, "Arn")}
    if target is not None:
        registry |= {"ContainerName": target.container, "ContainerPort": target.port}
    return [registry]
