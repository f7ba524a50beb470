"""One collector per EC2 instance in place of one per task."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from cdk_ecs_xray import XRayDaemonService


class PlatformStack(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        vpc = ec2.Vpc(self, "Vpc", nat_gateways=1)
        cluster = ecs.Cluster(self, "Cluster", vpc=vpc)
        cluster.add_capacity("Capacity", instance_type=ec2.InstanceType("m7i.large"))
        task_definition = ecs.Ec2TaskDefinition(self, "Orders")
        task_definition.add_container(
            "orders", image=ecs.ContainerImage.from_registry("orders:7"), memory_limit_mib=256
        )
        daemon = XRayDaemonService(self, "XRay", cluster=cluster)
        daemon.attach(task_definition, tracing_name="orders")


app = cdk.App()
PlatformStack(app, "Platform")
app.synth()
