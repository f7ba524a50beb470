"""Tracing for every task definition of an app, whoever made it."""

import aws_cdk as cdk
from aws_cdk import AspectPriority, Aspects
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns
from constructs import Construct

from cdk_ecs_xray import XRayTracingAspect


class ShopStack(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        patterns.ApplicationLoadBalancedFargateService(
            self,
            "Web",
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            min_healthy_percent=100,
            task_image_options=patterns.ApplicationLoadBalancedTaskImageOptions(
                image=ecs.ContainerImage.from_registry("web:7")
            ),
        )
        nightly = ecs.FargateTaskDefinition(self, "Nightly")
        nightly.add_container("nightly", image=ecs.ContainerImage.from_registry("nightly:7"))
        XRayTracingAspect.exclude(nightly, reason="a batch job that serves no requests")


app = cdk.App()
ShopStack(app, "Shop")
Aspects.of(app).add(XRayTracingAspect(), priority=AspectPriority.MUTATING)
app.synth()
