"""Subnets of a service without a way out, in a VPC that has others too."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import XRayDaemon, XRayTracing

IMAGE = ecs.ContainerImage.from_registry("app:7")
MIRROR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror"
ENDPOINTS = {
    "xray": ec2.InterfaceVpcEndpointAwsService.XRAY,
    "api": ec2.InterfaceVpcEndpointAwsService.ECR,
    "dkr": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
}
KINDS = ("PUBLIC", "PRIVATE_ISOLATED", "PRIVATE_WITH_EGRESS")
BOTH = {"ecs-xray:image-out-of-reach", "ecs-xray:xray-out-of-reach"}

# A name, and what differs from a Fargate service that chooses no subnets in a VPC without NAT.
ROWS: Mapping[str, tuple[dict[str, Any], set[str]]] = {
    "default": ({}, BOTH),
    "isolated": ({"chosen": "PRIVATE_ISOLATED"}, BOTH),
    "public-without-address": ({"chosen": "PUBLIC"}, BOTH),
    "public-with-address": ({"chosen": "PUBLIC", "address": True}, set()),
    "nat": ({"kinds": KINDS}, set()),
    "isolated-beside-nat": ({"kinds": KINDS, "chosen": "PRIVATE_ISOLATED"}, BOTH),
    "route": ({"route": True}, set()),
    "endpoints": ({"endpoints": ENDPOINTS}, {"ecs-xray:image-out-of-reach"}),
    "mirror": ({"endpoints": ENDPOINTS, "registry": MIRROR}, set()),
    "imported": ({"imported": True}, {"ecs-xray:image-out-of-reach"}),
    "overridden": ({"override": ["subnet-9"]}, set()),
}


def vpc_of(stack: cdk.Stack, row: Mapping[str, Any]) -> ec2.IVpc:
    if row.get("imported"):
        return ec2.Vpc.from_vpc_attributes(
            stack,
            "Vpc",
            vpc_id="vpc-1",
            availability_zones=["eu-west-1a"],
            isolated_subnet_ids=["subnet-1"],
            public_subnet_ids=["subnet-2"],
        )
    kinds = [ec2.SubnetType[name] for name in row.get("kinds", KINDS[:2])]
    vpc = ec2.Vpc(
        stack,
        "Vpc",
        max_azs=1,
        subnet_configuration=[
            ec2.SubnetConfiguration(name=kind.value, subnet_type=kind) for kind in kinds
        ],
    )
    for name in row.get("endpoints", ()):
        vpc.add_interface_endpoint(name, service=ENDPOINTS[name])
    if row.get("route"):
        (subnet,) = vpc.isolated_subnets
        assert isinstance(subnet, ec2.Subnet)
        subnet.add_route("Transit", router_id="tgw-1", router_type=ec2.RouterType.TRANSIT_GATEWAY)
    return vpc


def add_service(app: cdk.App, name: str, row: Mapping[str, Any]) -> None:
    stack = cdk.Stack(app, name)
    cluster = ecs.Cluster(stack, "C", vpc=vpc_of(stack, row))
    task = ecs.FargateTaskDefinition(stack, "T", memory_limit_mib=1024)
    task.add_container("app", image=IMAGE)
    registry = row.get("registry")
    task.add_extension(
        XRayTracing(collector=XRayDaemon() if registry is None else XRayDaemon(registry=registry))
    )
    chosen = row.get("chosen")
    service = ecs.FargateService(
        stack,
        "Service",
        cluster=cluster,
        task_definition=task,
        assign_public_ip=row.get("address", False),
        vpc_subnets=None
        if chosen is None
        else ec2.SubnetSelection(subnet_type=ec2.SubnetType[chosen]),
    )
    if "override" in row:
        made = service.node.default_child
        assert isinstance(made, ecs.CfnService)
        path = "NetworkConfiguration.AwsvpcConfiguration.Subnets"
        made.add_property_override(path, row["override"])


@pytest.fixture(scope="module")
def reported(
    tmp_path_factory: pytest.TempPathFactory, assemble: Callable[..., Any]
) -> Mapping[str, set[str]]:
    def build(app: cdk.App) -> None:
        for name, (row, _) in ROWS.items():
            add_service(app, name, row)

    folder = tmp_path_factory.mktemp("reach")
    stacks = assemble(build, folder=folder)
    assert not any("out-of-reach" in one for stack in stacks.values() for one in stack.warnings)
    reports = json.loads((folder / "validation-report.json").read_text())["pluginReports"]
    # Older versions of CDK report a check of their own there.
    (plugin,) = (one for one in reports if one["pluginName"] == "cdk-ecs-xray")
    found: dict[str, set[str]] = {}
    for one in plugin["violations"]:
        assert one["description"].endswith("(got subnets without a way out)")
        (construct,) = one["violatingConstructs"]
        stack = construct["constructPath"].partition("/")[0]
        found.setdefault(stack, set()).add(one["ruleName"])
    return found


@pytest.mark.parametrize("name", ROWS)
def test_a_services_own_subnets_are_seen(reported: Mapping[str, set[str]], name: str) -> None:
    assert reported.get(name, set()) == ROWS[name][1]
