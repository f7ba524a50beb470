"""Whether a task's subnets have a way to the collector's image and to X-Ray."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

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

    Only services in a VPC of isolated subnets are looked at; routes of others are not seen.
    """
    for service in services_of(container.task_definition):
        if not _is_closed(service):
            continue
        for annotation_id, what, fix in _missing(service, container.image_name):
            Annotations.of(service).add_warning_v2(
                annotation_id,
                str(
                    Problem(
                        where=service.node.path,
                        what=what,
                        got="isolated subnets only",
                        fix=fix,
                    )
                ),
            )


def _missing(service: ecs.BaseService, image: str) -> Iterator[tuple[str, str, str]]:
    vpc = service.cluster.vpc
    # The endpoints of a VPC that is imported are not known.
    endpoints = _endpoints(vpc) if isinstance(vpc, ec2.Vpc) else None
    private = is_private(image)
    if not private or (endpoints is not None and not _has(endpoints, _PULLS)):
        yield (
            "ecs-xray:image-out-of-reach",
            f"the sidecar's image {_shown(image)} must be reachable, or the task cannot start",
            "Add VPC endpoints for Amazon ECR (ecr.api, ecr.dkr, S3)."
            if private
            else "Copy it to Amazon ECR and set registry, with VPC endpoints for Amazon ECR, or "
            "add a NAT gateway.",
        )
    if endpoints is not None and not _has(endpoints, _XRAY):
        yield (
            "ecs-xray:xray-out-of-reach",
            "X-Ray must be reachable, or no trace arrives",
            "Add a VPC endpoint for X-Ray (xray), or a NAT gateway.",
        )


def _is_closed(service: ecs.BaseService) -> bool:
    """Return whether all subnets of a service's VPC are isolated.

    Which of several kinds a service chose is rendered once and kept, so it cannot be asked before
    the template is written.
    """
    vpc = service.cluster.vpc
    return bool(vpc.isolated_subnets) and not (vpc.private_subnets or vpc.public_subnets)


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
