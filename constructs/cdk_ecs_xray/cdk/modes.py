"""ECS's own names of CDK's network modes."""

from __future__ import annotations

from aws_cdk import aws_ecs as ecs

NETWORK_MODES = {
    ecs.NetworkMode.BRIDGE: "bridge",
    ecs.NetworkMode.AWS_VPC: "awsvpc",
    ecs.NetworkMode.HOST: "host",
    ecs.NetworkMode.NAT: "nat",
    ecs.NetworkMode.NONE: "none",
}
