"""The first app of the README: one task definition with a collector."""

# app.py, in an empty folder
import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import XRayTracing

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = ecs.FargateTaskDefinition(stack, "Orders", cpu=512, memory_limit_mib=1024)
orders.add_container("orders", image=ecs.ContainerImage.from_registry("example/orders:7"))
orders.add_extension(XRayTracing())
app.synth()
