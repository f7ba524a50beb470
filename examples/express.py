"""An Express service: its task definition has a container called Main, and the sidecar."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_ecs_xray import XRayTracing


class OrdersStack(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        infrastructure_role = iam.Role(
            self,
            "Infrastructure",
            assumed_by=iam.ServicePrincipal("ecs.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(
                    "service-role/AmazonECSInfrastructureRoleforExpressGatewayServices"
                )
            ],
        )
        task_definition = ecs.FargateTaskDefinition(self, "Orders", cpu=512, memory_limit_mib=1024)
        task_definition.add_container(
            "Main",
            image=ecs.ContainerImage.from_registry("orders:7"),
            port_mappings=[ecs.PortMapping(container_port=8080, name="main")],
        )
        task_definition.add_extension(XRayTracing(tracing_name="orders"))
        ecs.CfnExpressGatewayService(
            self,
            "Express",
            infrastructure_role_arn=infrastructure_role.role_arn,
            task_definition_arn=task_definition.task_definition_arn,
        )


app = cdk.App()
OrdersStack(app, "Orders")
app.synth()
