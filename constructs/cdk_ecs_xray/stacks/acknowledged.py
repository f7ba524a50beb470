"""cdk-nag: the findings that are accepted, each with its reason."""

from __future__ import annotations

from importlib.metadata import version

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

_PACK = "AwsSolutions::AwsSolutions-"
# Before it CDK refuses ids with a second "::"; cdk-nag reports their findings there.
_FIRST_WITH_RESOURCES = (2, 269)

SERVICE_FINDINGS = {
    "IAM5[Resource::*]": "X-Ray's write actions, a registry's login, SSM's channel and the tags of "
    "a task that starts take no resource.",
    "ECS2": "The variables hold the collector's address and other settings, never a secret.",
}
LOAD_BALANCER_FINDINGS = {
    "ELB2": "`load_balancer.new.access_logs_bucket` turns them on where a bucket takes them.",
}
CLUSTER_FINDINGS = {
    "ECS4": "`cluster.create.container_insights` turns it on; it is charged by the metric.",
}
MANAGED_INSTANCES_FINDINGS = {
    f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}]": "The policy AWS maintains for "
    "instances that ECS manages."
    for policy in (
        "AmazonECSInfrastructureRolePolicyForManagedInstances",
        "AmazonECSInstanceRolePolicyForManagedInstances",
    )
}
NEW_CLUSTER_FINDINGS = {
    "VPC7": "The VPC lets nothing in, so flow logs would only add their cost.",
    "ECS4": "Container Insights is charged by the metric; it can be turned on for the account.",
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
    "AmazonEC2ContainerServiceforEC2Role]": "The policy AWS maintains for its ECS agent.",
    "AS3": "The group has a fixed size, so there are no scaling events to hear about.",
}


def acknowledge(scope: IConstruct, findings: dict[str, str]) -> None:
    """Record why findings below a construct are accepted."""
    here = tuple(map(int, version("aws-cdk-lib").split(".")[:2]))
    taken = {
        rule: reason
        for rule, reason in findings.items()
        if "::" not in rule or here >= _FIRST_WITH_RESOURCES
    }
    Validations.of(scope).acknowledge(
        *(Acknowledgment(id=_PACK + rule, reason=reason) for rule, reason in taken.items())
    )
