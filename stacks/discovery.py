"""The name of a service in a private DNS namespace."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_servicediscovery as servicediscovery
from constructs import Construct

from cdk_ecs_xray.environments.discovery import Discovery
from cdk_ecs_xray.environments.targets import Target
from stacks.tokens import attribute

DISCOVERY_SERVICE = "DiscoveryService"


def add_discovery(
    scope: Construct, *, discovery: Discovery, name: str, record: str, target: Target | None
) -> list[dict[str, Any]]:
    """Provision a service of Cloud Map; return how an ECS service registers with it.

    :param target: the port of an SRV record.
    """
    servicediscovery.CfnService(
        scope,
        DISCOVERY_SERVICE,
        name=name if discovery.name is None else discovery.name,
        namespace_id=discovery.namespace,
        dns_config={"dnsRecords": [{"type": record, "ttl": discovery.ttl_seconds}]},
        # ECS itself says which tasks are healthy.
        health_check_custom_config={"failureThreshold": 1},
    )
    registry: dict[str, Any] = {"registryArn": attribute(DISCOVERY_SERVICE, "Arn")}
    if target is not None:
        registry |= {"containerName": target.container, "containerPort": target.port}
    return [registry]
