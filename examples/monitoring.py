"""A dashboard and alarms that watch a traced service."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_ecs_xray import (
    MonitoredService,
    XRayCollectorAlarms,
    XRayDashboard,
    XRaySidecar,
    XRayTracing,
)


class OrdersStack(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        app_log_group = logs.LogGroup(self, "Log", retention=logs.RetentionDays.ONE_MONTH)
        task_definition = ecs.FargateTaskDefinition(self, "Orders", cpu=512, memory_limit_mib=1024)
        task_definition.add_container(
            "orders",
            image=ecs.ContainerImage.from_registry("orders:7"),
            logging=ecs.LogDriver.aws_logs(log_group=app_log_group, stream_prefix="app"),
        )
        task_definition.add_extension(XRayTracing())

        sidecar = XRaySidecar.of(task_definition)
        topic = sns.Topic(self, "Operations")
        alarms = XRayCollectorAlarms(
            self,
            "CollectorAlarms",
            environment="dev",
            log_groups=[sidecar.log_group],
            actions=[actions.SnsAction(topic)],
        )
        XRayDashboard(
            self,
            "Dashboard",
            environment="dev",
            services=[
                MonitoredService(
                    name="orders",
                    collector_log_group=sidecar.log_group,
                    application_log_group=app_log_group,
                )
            ],
            alarms=alarms,
        )


app = cdk.App()
OrdersStack(app, "Orders")
app.synth()
