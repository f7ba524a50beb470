"""An app that starts whatever becomes of its collector."""

from dataclasses import replace

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import SidecarProfile, XRayTracing

INDEPENDENT = replace(SidecarProfile.SAFE, start_order="independent")

app = cdk.App()
stack = cdk.Stack(app, "Orders")
task_definition = ecs.FargateTaskDefinition(stack, "Orders", cpu=512, memory_limit_mib=1024)
task_definition.add_container("orders", image=ecs.ContainerImage.from_registry("orders:7"))
task_definition.add_extension(XRayTracing(profile=INDEPENDENT))
app.synth()
