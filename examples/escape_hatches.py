"""From the mildest to the last resort: every way to change what the kit provisions."""

from dataclasses import replace

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_ecs_xray import (
    CollectorContainer,
    CollectorPort,
    Placement,
    SidecarProfile,
    XRayDaemon,
    XRaySidecar,
    XRayTracing,
    grant_write_traces,
)


class RelayCollector:
    """A collector of your own: three members, no base class."""

    container_name = "relay"

    def describe(self, placement: Placement) -> CollectorContainer:
        return CollectorContainer(
            image="registry.example.com/relay:2.1",
            environment={"AWS_REGION": placement.region, "BIND": placement.network.bind_address},
            ports=[CollectorPort(container_port=2000, protocol="udp")],
        )

    def application_environment(self, host: str) -> dict[str, str]:
        return {"AWS_XRAY_DAEMON_ADDRESS": f"{host}:2000"}


class OrdersStack(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        task_definition = ecs.FargateTaskDefinition(self, "Orders", cpu=512, memory_limit_mib=1024)
        task_definition.add_container("orders", image=ecs.ContainerImage.from_registry("orders:7"))

        # 1. Options.
        tracing = XRayTracing(
            collector=XRayDaemon(log_level="warn", buffer_memory_mib=32),
            profile=replace(SidecarProfile.SAFE, cpu=64, stop_timeout_seconds=60),
            log_retention=logs.RetentionDays.ONE_WEEK,
        )
        task_definition.add_extension(tracing)

        # 2. What was made.
        sidecar = XRaySidecar.of(task_definition)
        sidecar.container.add_docker_label("team", "platform")

        # 3. Permissions for something else that sends traces.
        tasks = iam.ServicePrincipal("ecs-tasks.amazonaws.com")
        batch_role = iam.Role(self, "Batch", assumed_by=tasks)
        grant_write_traces(batch_role)

        # 4. A collector of your own.
        relayed = ecs.FargateTaskDefinition(self, "Relayed", cpu=512, memory_limit_mib=1024)
        relayed.add_container("app", image=ecs.ContainerImage.from_registry("app:7"))
        relayed.add_extension(XRayTracing(collector=RelayCollector()))

        # 5. The template itself.
        resource = task_definition.node.default_child
        assert isinstance(resource, ecs.CfnTaskDefinition)
        resource.add_property_override("EphemeralStorage.SizeInGiB", 30)


app = cdk.App()
OrdersStack(app, "Orders")
app.synth()
