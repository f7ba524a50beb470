"""The shipped service written by hand, as a careful team would: what the kit is compared with."""

from __future__ import annotations

import sys

import stacks.pinned_node  # isort: skip  # noqa: F401 - before the first import of aws_cdk
import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs


class ServiceByHand(cdk.Stack):
    """Log groups, task definition with sidecar, permissions, service, outputs."""

    def __init__(self, scope: cdk.App, name: str) -> None:
        super().__init__(scope, name, stack_name=f"fq-dev-{name}")
        task_definition = ecs.Ec2TaskDefinition(self, "TaskDefinition", family=f"fq-dev-{name}")
        log_group = self._log_group("CollectorLog", f"/fq/dev/{name}/instance/xray")
        sidecar = task_definition.add_container(
            "fq-dev-xray",
            image=ecs.ContainerImage.from_registry("public.ecr.aws/xray/aws-xray-daemon:3.6.6"),
            cpu=32,
            memory_reservation_mib=256,
            command=["--buffer-memory", "16", "--local-mode"],
            environment={"AWS_REGION": self.region, "GOMEMLIMIT": "179MiB"},
            port_mappings=[
                ecs.PortMapping(container_port=2000, host_port=0, protocol=ecs.Protocol.UDP)
            ],
            logging=ecs.LogDriver.aws_logs(log_group=log_group, stream_prefix="xray"),
        )
        app = task_definition.add_container(
            name,
            image=ecs.ContainerImage.from_registry("nginx:1"),
            cpu=128,
            memory_reservation_mib=256,
            environment={
                "AWS_XRAY_DAEMON_ADDRESS": "fq-dev-xray:2000",
                "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
                "AWS_XRAY_TRACING_NAME": name,
            },
            port_mappings=[ecs.PortMapping(container_port=80)],
            logging=ecs.LogDriver.aws_logs(
                log_group=self._log_group("ApplicationLog", f"/fq/dev/{name}/instance/app"),
                stream_prefix="app",
            ),
        )
        app.add_link(sidecar)
        app.add_container_dependencies(
            ecs.ContainerDependency(
                container=sidecar, condition=ecs.ContainerDependencyCondition.START
            )
        )
        task_definition.add_to_task_role_policy(
            iam.PolicyStatement(
                sid="XRayDaemonWriteAccess",
                actions=[
                    "xray:PutTraceSegments",
                    "xray:PutTelemetryRecords",
                    "xray:GetSamplingRules",
                    "xray:GetSamplingTargets",
                    "xray:GetSamplingStatisticSummaries",
                ],
                resources=["*"],
            )
        )
        self._add_service(name, task_definition).node.add_dependency(log_group)
        for output in ("TraceMap", "Traces", "CollectorLog"):
            cdk.CfnOutput(self, f"{output}Url", value=f"https://{self.region}/{output}/{name}")

    def _log_group(self, construct_id: str, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            construct_id,
            log_group_name=name,
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _add_service(self, name: str, task_definition: ecs.Ec2TaskDefinition) -> ecs.Ec2Service:
        vpc = ec2.Vpc.from_vpc_attributes(
            self, "Vpc", vpc_id="vpc-1", availability_zones=["a"], public_subnet_ids=["subnet-1"]
        )
        return ecs.Ec2Service(
            self,
            "Service",
            cluster=ecs.Cluster.from_cluster_attributes(
                self, "Cluster", cluster_name="shared", vpc=vpc
            ),
            task_definition=task_definition,
            service_name=f"fq-dev-{name}",
            desired_count=1,
            min_healthy_percent=50,
            enable_ecs_managed_tags=True,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
        )


if __name__ == "__main__":
    app = cdk.App(outdir=sys.argv[2])
    for number in range(int(sys.argv[1])):
        ServiceByHand(app, f"service{number}")
    app.synth()
