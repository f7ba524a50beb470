"""Tracing in subnets without a way to the internet: endpoints, and the image from a mirror."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import XRayDaemon, XRayTracing

MIRROR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"

app = cdk.App()
stack = cdk.Stack(app, "Shop", env=cdk.Environment(account="111122223333", region="eu-west-1"))
isolated = ec2.SubnetConfiguration(name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
vpc = ec2.Vpc(stack, "Network", max_azs=2, nat_gateways=0, subnet_configuration=[isolated])
vpc.add_interface_endpoint("XRay", service=ec2.InterfaceVpcEndpointAwsService.XRAY)
vpc.add_interface_endpoint("Logs", service=ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS)
vpc.add_interface_endpoint("Registry", service=ec2.InterfaceVpcEndpointAwsService.ECR)
vpc.add_interface_endpoint("Images", service=ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER)
vpc.add_gateway_endpoint("Layers", service=ec2.GatewayVpcEndpointAwsService.S3)

orders = ecs.FargateTaskDefinition(stack, "Orders", cpu=512, memory_limit_mib=1024)
orders.add_container("orders", image=ecs.ContainerImage.from_registry(f"{MIRROR}/orders:7"))
orders.add_extension(XRayTracing(collector=XRayDaemon(registry=MIRROR)))
cluster = ecs.Cluster(stack, "Cluster", vpc=vpc)
ecs.FargateService(
    stack,
    "Service",
    cluster=cluster,
    task_definition=orders,
    min_healthy_percent=100,
    vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
)
app.synth()
