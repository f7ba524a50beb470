"""The cluster that all services of an environment share."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_ecs_xray.environments.cluster import CreatedCluster, NewCluster
from cdk_ecs_xray.environments.environment import CLUSTER_STACK, Environment
from cdk_ecs_xray.environments.network import Vpc
from cdk_ecs_xray.environments.values import resolved
from cdk_ecs_xray.stacks.acknowledged import (
    CLUSTER_FINDINGS,
    MANAGED_INSTANCES_FINDINGS,
    NEW_CLUSTER_FINDINGS,
    acknowledge,
)
from cdk_ecs_xray.stacks.new_cluster import NewClusterCapacity
from cdk_ecs_xray.stacks.roles import trust
from cdk_ecs_xray.stacks.tokens import attribute, ref, with_tokens

CLUSTER = "Cluster"
CAPACITY_PROVIDER = "CapacityProvider"
INFRASTRUCTURE_ROLE = "InfrastructureRole"
INSTANCE_ROLE = "InstanceRole"
INSTANCE_PROFILE = "InstanceProfile"
_ZONES = 2


class ClusterStack(cdk.Stack):
    """Provisions a cluster with capacity of one kind.

    Fargate's capacity costs nothing by itself, instances cost while they run, those of EC2 all
    the time and those that ECS manages while tasks need them. Container Insights costs by the
    metric.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        created: CreatedCluster,
    ) -> None:
        super().__init__(
            scope,
            CLUSTER_STACK,
            stack_name=environment.stack_name(CLUSTER_STACK),
            description=f"The cluster of {environment.name}",
            tags=dict(environment.tags) or None,
        )
        self._name = environment.cluster_name
        self._created = created
        vpc = Vpc() if environment.vpc is None else environment.vpc
        if created.capacity == "ec2":
            self._add_instances(vpc)
            return
        cluster = ecs.CfnCluster(
            self,
            CLUSTER,
            cluster_name=self._name,
            cluster_settings=[{"name": "containerInsights", "value": created.container_insights}],
            capacity_providers=(
                ["FARGATE", "FARGATE_SPOT"] if created.capacity == "fargate" else None
            ),
        )
        acknowledge(cluster, CLUSTER_FINDINGS)
        if created.capacity == "managed_instances":
            self._add_managed_instances(environment, vpc).add_resource_dependency(cluster)

    @property
    def availability_zones(self) -> list[str]:
        """Zones by their position in the region, which is not looked up."""
        return [cdk.Fn.select(zone, cdk.Fn.get_azs()) for zone in range(_ZONES)]

    def _add_instances(self, vpc: Vpc) -> None:
        capacity = NewClusterCapacity(
            self,
            CLUSTER,
            new_cluster=NewCluster(
                instance_type=self._created.instance_type,
                instance_count=self._created.instance_count,
            ),
            vpc=vpc if vpc.subnets else None,
            cluster_name=self._name,
            container_insights=self._created.container_insights,
        )
        acknowledge(capacity, NEW_CLUSTER_FINDINGS)

    def _add_managed_instances(self, environment: Environment, vpc: Vpc) -> ecs.CfnCapacityProvider:
        self._add_role(
            INFRASTRUCTURE_ROLE,
            "ecs.amazonaws.com",
            "AmazonECSInfrastructureRolePolicyForManagedInstances",
        )
        self._add_role(
            INSTANCE_ROLE,
            "ec2.amazonaws.com",
            "AmazonECSInstanceRolePolicyForManagedInstances",
            # AWS's policy of the other role passes only roles whose names begin so.
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-instance-profile.html
            name=f"ecsInstanceRole-{self._name}",
        )
        iam.CfnInstanceProfile(self, INSTANCE_PROFILE, roles=[ref(INSTANCE_ROLE)])
        return ecs.CfnCapacityProvider(
            self,
            CAPACITY_PROVIDER,
            name=environment.capacity_provider,
            cluster_name=self._name,
            managed_instances_provider={
                "infrastructureRoleArn": attribute(INFRASTRUCTURE_ROLE, "Arn"),
                "propagateTags": "CAPACITY_PROVIDER",
                "instanceLaunchTemplate": {
                    "ec2InstanceProfileArn": attribute(INSTANCE_PROFILE, "Arn"),
                    "networkConfiguration": {
                        "subnets": [with_tokens(resolved(one)) for one in vpc.subnets],
                        "securityGroups": [
                            with_tokens(resolved(one)) for one in vpc.security_groups
                        ],
                    },
                },
            },
        )

    def _add_role(
        self, construct_id: str, principal: str, policy: str, *, name: str | None = None
    ) -> None:
        role = iam.CfnRole(
            self,
            construct_id,
            role_name=name,
            assume_role_policy_document=trust(principal),
            managed_policy_arns=[f"arn:{cdk.Aws.PARTITION}:iam::aws:policy/{policy}"],
        )
        acknowledge(role, MANAGED_INSTANCES_FINDINGS)
