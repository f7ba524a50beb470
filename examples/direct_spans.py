"""Spans to X-Ray without a collector, from an image with AWS's distribution of OpenTelemetry."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from cdk_ecs_xray import XRayDirect


class OrdersStack(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        task_definition = ecs.FargateTaskDefinition(self, "Orders", cpu=512, memory_limit_mib=1024)
        task_definition.add_container("orders", image=ecs.ContainerImage.from_registry("orders:7"))
        task_definition.add_extension(XRayDirect(distribution="node", sampling_ratio=0.1))


app = cdk.App()
OrdersStack(app, "Orders")
app.synth()
