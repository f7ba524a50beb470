"""The cluster of a service that does not join one."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_ecs_xray.environments.cluster import NewCluster
from cdk_ecs_xray.environments.network import Vpc
from cdk_ecs_xray.environments.values import resolved
from cdk_ecs_xray.stacks.tokens import with_tokens

_INSIGHTS = {
    "disabled": ecs.ContainerInsights.DISABLED,
    "enabled": ecs.ContainerInsights.ENABLED,
    "enhanced": ecs.ContainerInsights.ENHANCED,
}
_ROOT_VOLUME_GIB = 30  # The least that the ECS-optimized image starts from.


class NewClusterCapacity(Construct):
    """Provisions a VPC, an ECS cluster and EC2 instances in it.

    Costs the instances, their encrypted 30 GiB volumes and a public IPv4 address each; there is
    no NAT gateway. Nothing can connect in from outside.

    :param new_cluster: type and number of instances; None takes the model's defaults.
    :param vpc: an existing one with subnets for the instances; None creates one.
    :param cluster_name: None lets CloudFormation choose one.
    :param container_insights: None leaves what the account says.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        new_cluster: NewCluster | None,
        vpc: Vpc | None = None,
        cluster_name: str | None = None,
        container_insights: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        options = NewCluster() if new_cluster is None else new_cluster
        self._existing = vpc
        self.vpc = self._new_vpc() if vpc is None else self._existing_vpc(vpc)
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            vpc=self.vpc,
            cluster_name=cluster_name,
            container_insights_v2=(
                None if container_insights is None else _INSIGHTS[container_insights]
            ),
        )
        self.role = iam.Role(
            self,
            "InstanceRole",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(
                    "service-role/AmazonEC2ContainerServiceforEC2Role"
                )
            ],
        )
        self.capacity = autoscaling.AutoScalingGroup(
            self,
            "Capacity",
            vpc=self.vpc,
            vpc_subnets=self._subnets(),
            launch_template=self._launch_template(options.instance_type),
            min_capacity=options.instance_count,
            max_capacity=options.instance_count,
        )

    def _new_vpc(self) -> ec2.IVpc:
        return ec2.Vpc(
            self,
            "Vpc",
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC)
            ],
            # Nothing uses the default security group, and emptying it takes a Lambda function.
            restrict_default_security_group=False,
        )

    def _existing_vpc(self, vpc: Vpc) -> ec2.IVpc:
        zones = cdk.Stack.of(self).availability_zones
        cdk.Annotations.of(self).acknowledge_warning(
            "@aws-cdk/aws-ec2:noSubnetRouteTableId", "Nothing here asks for a route table."
        )
        return ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=with_tokens(resolved(str(vpc.id))),
            # Which zone a subnet is in decides nothing here, and is not looked up.
            availability_zones=[zones[0]] * len(vpc.subnets),
            private_subnet_ids=[with_tokens(resolved(subnet)) for subnet in vpc.subnets],
        )

    def _subnets(self) -> ec2.SubnetSelection:
        if self._existing is None:
            return ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
        return ec2.SubnetSelection(subnets=self.vpc.private_subnets)

    def _security_groups(self) -> list[ec2.ISecurityGroup]:
        existing = () if self._existing is None else self._existing.security_groups
        if not existing:
            return [ec2.SecurityGroup(self, "SecurityGroup", vpc=self.vpc)]
        return [
            ec2.SecurityGroup.from_security_group_id(
                self, f"SecurityGroup{number}", with_tokens(resolved(group))
            )
            for number, group in enumerate(existing, start=1)
        ]

    def _launch_template(self, instance_type: str) -> ec2.LaunchTemplate:
        user_data = ec2.UserData.for_linux()
        user_data.add_commands(
            f"echo ECS_CLUSTER={self.cluster.cluster_name} >> /etc/ecs/ecs.config"
        )
        first, *others = self._security_groups()
        template = ec2.LaunchTemplate(
            self,
            "LaunchTemplate",
            instance_type=ec2.InstanceType(instance_type),
            machine_image=ecs.EcsOptimizedImage.amazon_linux2023(),
            role=self.role,
            user_data=user_data,
            security_group=first,
            associate_public_ip_address=self._existing is None,
            require_imdsv2=True,
            # One hop ends at the instance: containers in bridge mode cannot take its role.
            http_put_response_hop_limit=1,
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(_ROOT_VOLUME_GIB, encrypted=True),
                )
            ],
        )
        for group in others:
            template.add_security_group(group)
        return template
