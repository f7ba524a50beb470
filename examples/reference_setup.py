"""The reference setup's container and names in a stack of your own."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from cdk_ecs_xray import Naming, SidecarProfile, XRaySidecar, XRayTracing


class BillingStack(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        task_definition = ecs.Ec2TaskDefinition(self, "Billing")
        task_definition.add_container(
            "billing",
            image=ecs.ContainerImage.from_registry("billing:7"),
            memory_reservation_mib=256,
        )
        task_definition.add_extension(
            XRayTracing(
                naming=Naming(namespace="fq", environment="dev", service="billing"),
                profile=SidecarProfile.TERRAFORM,
            )
        )
        sidecar = XRaySidecar.of(task_definition)
        cdk.CfnOutput(self, "Address", value=sidecar.address)  # fq-dev-xray:2000


app = cdk.App()
BillingStack(app, "Billing")
app.synth()
