"""The cluster of a service that does not join one."""

from __future__ import annotations

from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_ecs_xray.environments.service import NewCluster

_ROOT_VOLUME_GIB = 30  # The least that the ECS-optimized image starts from.


class NewClusterCapacity(Construct):
    """Provisions a VPC, an ECS cluster and EC2 instances in it.

    Costs the instances, their encrypted 30 GiB volumes and a public IPv4 address each; there is
    no NAT gateway. Nothing can connect in from outside.

    :param new_cluster: type and number of instances; None takes the model's defaults.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, new_cluster: NewCluster | None
    ) -> None:
        super().__init__(scope, construct_id)
        options = NewCluster() if new_cluster is None else new_cluster
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC)
            ],
            # Nothing uses the default security group, and emptying it takes a Lambda function.
            restrict_default_security_group=False,
        )
        self.cluster = ecs.Cluster(self, "Cluster", vpc=self.vpc)
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
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            launch_template=self._launch_template(options.instance_type),
            min_capacity=options.instance_count,
            max_capacity=options.instance_count,
        )

    def _launch_template(self, instance_type: str) -> ec2.LaunchTemplate:
        user_data = ec2.UserData.for_linux()
        user_data.add_commands(
            f"echo ECS_CLUSTER={self.cluster.cluster_name} >> /etc/ecs/ecs.config"
        )
        return ec2.LaunchTemplate(
            self,
            "LaunchTemplate",
            instance_type=ec2.InstanceType(instance_type),
            machine_image=ecs.EcsOptimizedImage.amazon_linux2023(),
            role=self.role,
            user_data=user_data,
            security_group=ec2.SecurityGroup(self, "SecurityGroup", vpc=self.vpc),
            associate_public_ip_address=True,
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
