"""Whether a task's subnets have a way to the collector's image and to X-Ray."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import Annotations, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.cdk.image_pull import is_private
from cdk_ecs_xray.cdk.services import services_of
from cdk_ecs_xray.errors import Problem

_PULLS = (".ecr.api", ".ecr.dkr")
_XRAY = (".xray",)


def warn_of_reach(container: ecs.ContainerDefinition) -> None:
    """Warn where a collector can reach neither its registry nor X-Ray: no NAT and no endpoint.

    Only services in a VPC of isolated subnets are looked at; :func:`late_reach` sees the others.
    """
    for service in services_of(container.task_definition):
        if not _is_closed(service):
            continue
        for annotation_id, problem in _missing(service, container, got="isolated subnets only"):
            Annotations.of(service).add_warning_v2(annotation_id, str(problem))


def late_reach(
    service: ecs.BaseService, properties: Mapping[str, Any], container: ecs.ContainerDefinition
) -> Iterator[tuple[str, Problem]]:
    """Return what is out of reach of the subnets that a service has in the finished template.

    In a VPC that has subnets of other kinds, too: which of them a service chose is rendered once
    and kept, so it cannot be asked before the template is written.

    :param properties: the service's, as the template has them.
    """
    network = properties.get("NetworkConfiguration") or {}
    awsvpc = network.get("AwsvpcConfiguration") if isinstance(network, Mapping) else None
    vpc, resolve = _vpc_of(service), Stack.of(service).resolve
    if not isinstance(awsvpc, Mapping) or vpc is None or _is_closed(service):
        return
    closed = [one for one in vpc.isolated_subnets if not _has_route(one)]
    if awsvpc.get("AssignPublicIp", "DISABLED") == "DISABLED":
        # An internet gateway takes only what has a public address.
        closed += vpc.public_subnets
    ids = [resolve(one.subnet_id) for one in closed]
    chosen = awsvpc.get("Subnets")
    if isinstance(chosen, list) and chosen and all(one in ids for one in chosen):
        yield from _missing(service, container, got="subnets without a way out")


def _missing(
    service: ecs.BaseService, container: ecs.ContainerDefinition, *, got: str
) -> Iterator[tuple[str, Problem]]:
    vpc, image, where = _vpc_of(service), container.image_name, service.node.path
    # The endpoints of a VPC that is imported are not known.
    endpoints = _endpoints(vpc) if isinstance(vpc, ec2.Vpc) else None
    private = is_private(image)
    if not private or (endpoints is not None and not _has(endpoints, _PULLS)):
        yield (
            "ecs-xray:image-out-of-reach",
            Problem(
                where=where,
                what=f"the sidecar's image {_shown(image)} must be reachable, or the task cannot "
                "start",
                got=got,
                fix="Add VPC endpoints for Amazon ECR (ecr.api, ecr.dkr, S3)."
                if private
                else "Copy it to Amazon ECR and set registry, with VPC endpoints for Amazon ECR, "
                "or add a NAT gateway.",
            ),
        )
    if endpoints is not None and not _has(endpoints, _XRAY):
        yield (
            "ecs-xray:xray-out-of-reach",
            Problem(
                where=where,
                what="X-Ray must be reachable, or no trace arrives",
                got=got,
                fix="Add a VPC endpoint for X-Ray (xray), or a NAT gateway.",
            ),
        )


def _is_closed(service: ecs.BaseService) -> bool:
    """Return whether all subnets of a service's VPC are isolated."""
    vpc = _vpc_of(service)
    if vpc is None:
        return False
    isolated = vpc.isolated_subnets
    return (
        bool(isolated)
        and not (vpc.private_subnets or vpc.public_subnets)
        and not any(map(_has_route, isolated))
    )


def _vpc_of(service: ecs.BaseService) -> ec2.IVpc | None:
    """Return the VPC of a service's cluster; None where the cluster was imported by its ARN."""
    try:
        return service.cluster.vpc
    except RuntimeError:
        # CDK has no other way to ask: its getter raises (aws-cdk-lib 2.275).
        return None


def _has_route(subnet: ec2.ISubnet) -> bool:
    """Return whether a route was added to a subnet, such as one to a transit gateway."""
    return any(isinstance(node, ec2.CfnRoute) for node in subnet.node.find_all())


def _endpoints(vpc: ec2.IVpc) -> Sequence[str]:
    resolve = Stack.of(vpc).resolve
    own = resolve(vpc.vpc_id)
    return [
        json.dumps(resolve(node.service_name))
        for node in Stack.of(vpc).node.find_all()
        if isinstance(node, ec2.CfnVPCEndpoint) and resolve(node.vpc_id) == own
    ]


def _has(endpoints: Sequence[str], services: Sequence[str]) -> bool:
    return all(any(service in one for one in endpoints) for service in services)


def _shown(image: str) -> str:
    return "in Amazon ECR" if "${Token[" in image else f"'{image}'"
