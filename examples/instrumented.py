"""Two apps that know nothing of tracing, in one task."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import NodeInstrumentation, PythonInstrumentation, XRayTracing

app = cdk.App()
stack = cdk.Stack(app, "Shop")
task_definition = ecs.FargateTaskDefinition(stack, "Shop", cpu=512, memory_limit_mib=1024)
task_definition.add_container("api", image=ecs.ContainerImage.from_registry("shop-api:7"))
task_definition.add_container("web", image=ecs.ContainerImage.from_registry("shop-web:3"))
task_definition.add_extension(
    XRayTracing(instrument={"api": PythonInstrumentation(), "web": NodeInstrumentation(esm=True)})
)
app.synth()
