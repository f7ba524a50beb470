"""The signup service with all it needs: table, topic, task, sampling rules and groups."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_ecs_xray import (
    SamplingRuleSet,
    XRayGroups,
    XRaySamplingRules,
    XRayTracing,
)

SAMPLING = Path(__file__).parent / "sampling.yaml"
PORT = 8080


class SignupStack(cdk.Stack):
    """One Fargate service that writes signups to a table and publishes them to a topic.

    :param image: of the app, as ``docker push`` named it.
    :param daemon_address: where the app finds its collector, if not in its own task.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        image: str,
        daemon_address: str | None = None,
        sampling: Path = SAMPLING,
    ) -> None:
        super().__init__(scope, construct_id)
        table = dynamodb.Table(
            self,
            "Signups",
            partition_key=dynamodb.Attribute(name="email", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        topic = sns.Topic(self, "NewSignups", enforce_ssl=True)
        task_definition = self._task_definition(image, table, topic, daemon_address)
        table.grant_write_data(task_definition.task_role)
        topic.grant_publish(task_definition.task_role)
        self._service(task_definition)
        rules = SamplingRuleSet.from_file(sampling)
        XRaySamplingRules(self, "Sampling", rules=rules, environment="demo")
        XRayGroups(self, "Groups", rules=rules, environment="demo")

    def _task_definition(
        self, image: str, table: dynamodb.Table, topic: sns.Topic, daemon_address: str | None
    ) -> ecs.FargateTaskDefinition:
        task_definition = ecs.FargateTaskDefinition(self, "Task", cpu=256, memory_limit_mib=512)
        environment = {"SIGNUP_TABLE": table.table_name, "SIGNUP_TOPIC": topic.topic_arn}
        if daemon_address is not None:
            environment["AWS_XRAY_DAEMON_ADDRESS"] = daemon_address
        task_definition.add_container(
            "signup",
            image=ecs.ContainerImage.from_registry(image),
            environment=environment,
            memory_reservation_mib=128,
            port_mappings=[ecs.PortMapping(container_port=PORT)],
            logging=ecs.LogDriver.aws_logs(
                stream_prefix="signup",
                log_group=logs.LogGroup(
                    self,
                    "Log",
                    retention=logs.RetentionDays.ONE_WEEK,
                    removal_policy=cdk.RemovalPolicy.DESTROY,
                ),
            ),
        )
        task_definition.add_extension(XRayTracing(tracing_name="signup"))
        return task_definition

    def _service(self, task_definition: ecs.FargateTaskDefinition) -> None:
        network = ec2.Vpc(self, "Network", max_azs=2, nat_gateways=0)
        cluster = ecs.Cluster(self, "Cluster", vpc=network)
        service = ecs.FargateService(
            self,
            "Service",
            cluster=cluster,
            task_definition=task_definition,
            desired_count=1,
            assign_public_ip=True,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            min_healthy_percent=100,
        )
        service.connections.allow_from_any_ipv4(ec2.Port.tcp(PORT))
