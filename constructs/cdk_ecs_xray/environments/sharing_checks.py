"""Whether what services share is there: network, cluster, listeners. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cdk_ecs_xray.environments.cluster import Cluster
from cdk_ecs_xray.environments.launch import Launch
from cdk_ecs_xray.environments.lenient import Found
from cdk_ecs_xray.environments.load_balancer import LoadBalancer
from cdk_ecs_xray.environments.network import Vpc
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.errors import Problem

_RUNS_ON: dict[str, Sequence[Launch]] = {
    "fargate": ("fargate",),
    "ec2": ("ec2", "fargate"),
    "managed_instances": ("managed_instances", "fargate"),
}
"""Launch types that a created cluster has capacity for."""
_FEWEST_ZONES = 2


def shared_problems(
    services: Sequence[tuple[int, Service, str]], *, vpc: Vpc | None, cluster: Cluster | None
) -> Found:
    """Return what services need that the environment does not have, or has once only.

    :param services: each with its position in the file and the network mode of its tasks.
    """
    for position, service, mode in services:
        network = vpc if service.vpc is None else service.vpc
        path = ("services", position)
        for found in (
            _network_problems(service, mode, Vpc() if network is None else network),
            _cluster_problems(service, mode, cluster),
        ):
            for key, problem in found:
                yield (*path, *key), problem
    yield from _cluster_network(vpc, cluster)
    yield from _priorities(services)


def _network_problems(service: Service, mode: str, vpc: Vpc) -> Found:
    if mode == "awsvpc" and not vpc.subnets:
        yield (
            ("network_mode",),
            Problem(
                what="awsvpc requires `vpc.subnets`",
                fix="Add vpc: {subnets: [subnet-…]} to the environment or the service.",
            ),
        )
    balancer = service.load_balancer
    if balancer is None:
        return
    if balancer.creates_target_group and vpc.id is None:
        yield (
            ("load_balancer",),
            Problem(
                what="requires `vpc.id` for its target group",
                fix="Add vpc: {id: vpc-…}, or name an existing target_group.",
            ),
        )
    yield from _balancer_subnets(balancer, vpc)
    if service.scaling is not None and service.scaling.requests_per_target is not None:
        yield from _requests(balancer)


def _balancer_subnets(balancer: LoadBalancer, vpc: Vpc) -> Found:
    if balancer.new is None:
        return
    key = "public_subnets" if balancer.new.internet_facing else "subnets"
    if len(getattr(vpc, key)) < _FEWEST_ZONES:
        yield (
            ("load_balancer", "new"),
            Problem(
                what=f"requires at least {_FEWEST_ZONES} `vpc.{key}` in different zones",
                fix=f"Add them: vpc: {{{key}: [subnet-…, subnet-…]}}.",
            ),
        )


def _requests(balancer: LoadBalancer) -> Found:
    listener = balancer.listener
    if not balancer.creates_target_group or (listener is not None and listener.startswith("ssm:")):
        yield (
            ("scaling", "requests_per_target"),
            Problem(
                what="requires a `load_balancer` that is `new`, or a `listener` by ARN or export",
                fix="Scale by cpu_percent, as the metric needs the load balancer's name.",
            ),
        )


def _cluster_problems(service: Service, mode: str, cluster: Cluster | None) -> Found:
    by_requests = service.scaling is not None and service.scaling.requests_per_target is not None
    if by_requests and service.load_balancer is None:
        yield (
            ("scaling", "requests_per_target"),
            Problem(what="requires `load_balancer`", fix="Add it, or scale by cpu_percent."),
        )
    if service.cluster is not None or service.new_cluster is not None:
        return
    if cluster is None:
        if service.launch != "ec2" or mode == "awsvpc" or service.capacity_providers:
            yield (
                ("cluster",),
                Problem(
                    what="is required for this service",
                    fix="Name one here, or add cluster: NAME or cluster: {create: {capacity: "
                    "fargate}} to the environment.",
                ),
            )
        return
    if cluster.create is not None and service.launch not in _RUNS_ON[cluster.create.capacity]:
        yield (
            ("launch",),
            Problem(
                what=f"must be {' or '.join(_RUNS_ON[cluster.create.capacity])} in a cluster with "
                f"capacity {cluster.create.capacity}",
                got=f"'{service.launch}'",
                fix="Change one of the two.",
            ),
        )


def _cluster_network(vpc: Vpc | None, cluster: Cluster | None) -> Found:
    if cluster is None:
        return
    if cluster.name is None and cluster.create is None:
        yield (
            ("cluster",),
            Problem(
                what="requires one of name and create",
                fix="Write cluster: NAME for an existing one.",
            ),
        )
        return
    if cluster.name is not None and cluster.create is not None:
        yield (
            ("cluster",),
            Problem(
                what="must have one of name and create",
                got="both",
                fix="Write cluster: NAME for an existing one.",
            ),
        )
        return
    created = cluster.create
    if created is not None and created.capacity == "ec2" and vpc and vpc.subnets and not vpc.id:
        yield (
            ("cluster",),
            Problem(
                what="capacity ec2 in `vpc.subnets` requires `vpc.id`",
                fix="Add it, or leave out the subnets to have a VPC created.",
            ),
        )
    managed = cluster.create is not None and cluster.create.capacity == "managed_instances"
    if managed and (vpc is None or not vpc.subnets or not vpc.security_groups):
        yield (
            ("cluster",),
            Problem(
                what="capacity managed_instances requires `vpc.subnets` and `vpc.security_groups`",
                fix="Add them to the environment.",
            ),
        )


def _priorities(services: Sequence[tuple[int, Service, str]]) -> Found:
    seen: dict[tuple[str | None, int | None], str] = {}
    for position, service, _ in services:
        balancer = service.load_balancer
        if balancer is None or balancer.priority is None:
            continue
        rule = (balancer.listener, balancer.priority)
        if rule in seen:
            yield (
                ("services", position, "load_balancer", "priority"),
                Problem(
                    what="must be unique on its listener",
                    got=f"{balancer.priority}, which service '{seen[rule]}' has too",
                    fix="Choose another.",
                ),
            )
        seen.setdefault(rule, service.name)
