"""Traces of a service go to the X-Ray of another account."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import AdotCollector, XRayTracing

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = ecs.FargateTaskDefinition(stack, "Orders", cpu=512, memory_limit_mib=1024)
orders.add_container("orders", image=ecs.ContainerImage.from_registry("example/orders:7"))
central = AdotCollector(role_arn="arn:aws:iam::999988887777:role/shop-traces")
orders.add_extension(XRayTracing(collector=central))
app.synth()
