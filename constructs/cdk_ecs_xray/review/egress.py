"""Whether a subnet has a way out of its VPC, as far as the templates hold its routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from cdk_ecs_xray.templates.model import Resource
from cdk_ecs_xray.unknown import Text, Unknown

_EVERYWHERE = ("0.0.0.0/0", "::/0")
_SUBNET = "AWS::EC2::Subnet"
_ROUTE = "AWS::EC2::Route"
_ASSOCIATION = "AWS::EC2::SubnetRouteTableAssociation"
_ENDPOINT = "AWS::EC2::VPCEndpoint"


@dataclass(frozen=True, kw_only=True)
class Egress:
    """The routes and endpoints of templates.

    :param subnets: keys of the subnets that are in the templates.
    :param tables: the route table of a subnet, by key; None for one that is elsewhere.
    :param routes: what the default routes of a route table lead to, by key.
    :param endpoints: the services that VPC endpoints lead to.
    """

    subnets: frozenset[str]
    tables: Mapping[str, str | None]
    routes: Mapping[str, Sequence[Mapping[str, object]]]
    endpoints: Sequence[str]

    @classmethod
    def of(cls, resources: Sequence[Resource]) -> Self:
        """Return what the resources of all stacks say."""
        tables: dict[str, str | None] = {}
        routes: dict[str, list[Mapping[str, object]]] = {}
        for resource in resources:
            properties = resource.properties
            table = _key(properties.get("RouteTableId"))
            if resource.type == _ASSOCIATION:
                tables[_key(properties.get("SubnetId")) or ""] = table
            elif resource.type == _ROUTE and table is not None and _is_default(properties):
                routes.setdefault(table, []).append(properties)
        return cls(
            subnets=frozenset(one.key for one in resources if one.type == _SUBNET),
            tables=tables,
            routes=routes,
            endpoints=[
                str(one.properties.get("ServiceName")) for one in resources if one.type == _ENDPOINT
            ],
        )

    def leaves(self, subnet: Text, public_address: bool) -> bool | None:  # noqa: FBT001 - a fact
        """Return whether tasks of a subnet reach the internet; None for cannot tell."""
        key = _key(subnet)
        if key not in self.subnets or self.tables.get(str(key)) is None:
            # With no association the VPC's main table decides, which no template holds.
            return None
        routes = self.routes.get(str(self.tables[str(key)]), [])
        # An internet gateway takes only what has a public address; all else goes for everything.
        return any(public_address or "GatewayId" not in route for route in routes)

    def has_endpoint(self, service: str) -> bool:
        """Return whether a VPC endpoint leads to a service of AWS."""
        return any(f".{service}" in name for name in self.endpoints)


def _is_default(route: Mapping[str, object]) -> bool:
    names = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
    return any(route.get(name) in _EVERYWHERE for name in names)


def _key(value: object) -> str | None:
    return value.resource if isinstance(value, Unknown) else None
