"""One traced ECS service."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_ecs_xray import Collector, TracedTaskDefinition, TracedTaskDefinitionFile, XRaySidecar
from cdk_ecs_xray.cdk.console import log_group_url, trace_map_url, traces_url
from cdk_ecs_xray.cdk.image_pull import acknowledge_pull, is_private, pull_statements
from cdk_ecs_xray.cdk.log_group import RETENTION_DAYS
from cdk_ecs_xray.collectors.engines import make_collector
from cdk_ecs_xray.environments.choices import COLLECTORS, PROFILES
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.plan.image_cache import cache_registry
from cdk_ecs_xray.plan.regions import PARTITIONS
from cdk_ecs_xray.plan.wiring import PresentWiring
from stacks.acknowledged import NEW_CLUSTER_FINDINGS, SERVICE_FINDINGS, acknowledge
from stacks.new_cluster import NewClusterCapacity

_REMOVAL_POLICIES = {
    "destroy": cdk.RemovalPolicy.DESTROY,
    # Not RETAIN: of a first deployment that fails it leaves a group whose fixed name then blocks
    # the next. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    "retain": cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
}
_ZONES = 2
_NETWORK_MODES = {"bridge": ecs.NetworkMode.BRIDGE, "host": ecs.NetworkMode.HOST}


class ServiceStack(cdk.Stack):
    """Provisions a service, its sidecar, log groups, permissions and, unless it joins one, cluster.

    Costs the tasks' share of the cluster, or the instances of a new one, and the log group.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, service: Service
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=environment.stack_name(service.name),
            description=f"{service.name} in {environment.name}, traced with X-Ray",
        )
        self._environment = environment
        self._service = service
        self._log_retention = RETENTION_DAYS[environment.log_retention_days]
        self._log_removal_policy = _REMOVAL_POLICIES[environment.removal_policy]
        self.naming = environment.naming(service)
        self._collector = self._make_collector()
        file = environment.task_definition(
            service, region=cdk.Aws.REGION, collector=self._collector
        )
        self.task_definition: ecs.Ec2TaskDefinition | TracedTaskDefinition
        self.sidecar: XRaySidecar | TracedTaskDefinition
        if file is None:
            self.task_definition = ecs.Ec2TaskDefinition(
                self,
                "TaskDefinition",
                family=self.naming.qualified_service,
                network_mode=_NETWORK_MODES[service.network_mode],
            )
            self.sidecar = self._add_sidecar(self.task_definition)
        else:
            self.task_definition = self.sidecar = self._add_from(file)
        self.new_cluster = (
            NewClusterCapacity(self, "Cluster", new_cluster=service.new_cluster)
            if service.cluster is None
            else None
        )
        if self.new_cluster is not None:
            acknowledge(self.new_cluster, NEW_CLUSTER_FINDINGS)
        self.service = self._add_service()
        self._add_outputs()
        acknowledge(self.task_definition, SERVICE_FINDINGS)

    @property
    def availability_zones(self) -> list[str]:
        """Zones by their position in the region, which every region has.

        CDK asks for their names, even where a VPC is given its zones, and would look them up with
        credentials while it synthesizes.
        """
        return [cdk.Fn.select(zone, cdk.Fn.get_azs()) for zone in range(_ZONES)]

    def _add_sidecar(self, task_definition: ecs.Ec2TaskDefinition) -> XRaySidecar:
        """Add the app and its sidecar.

        The sidecar itself rather than the XRayTracing extension: every container is known here,
        so the aspect that finds late ones would only cost time.
        """
        app = self._add_app_container(task_definition)
        sidecar = XRaySidecar(
            task_definition,
            "XRay",
            task_definition=task_definition,
            collector=self._collector,
            naming=self.naming,
            profile=PROFILES[self._service.sidecar],
            log_retention=self._log_retention,
            log_removal_policy=self._log_removal_policy,
        )
        sidecar.attach(
            app,
            tracing_name=self._service.tracing_name,
            present=PresentWiring(
                where=f"{self._environment.name}/{self._service.name}",
                environment=self._service.environment,
            ),
        )
        return sidecar

    def _add_from(self, file: TracedTaskDefinitionFile) -> TracedTaskDefinition:
        return TracedTaskDefinition(
            self,
            "TaskDefinition",
            file=file,
            family=self.naming.qualified_service if file.family is None else None,
            log_retention=self._log_retention,
            log_removal_policy=self._log_removal_policy,
        )

    def _add_app_container(self, task_definition: ecs.Ec2TaskDefinition) -> ecs.ContainerDefinition:
        service = self._service
        # The model lets no service without a task definition of its own go without an image.
        image = "" if service.image is None else service.image
        app = task_definition.add_container(
            service.name,
            container_name=service.name,
            image=ecs.ContainerImage.from_registry(image),
            cpu=service.cpu,
            memory_reservation_mib=service.memory_reservation_mib,
            environment={name: _literal(value) for name, value in service.environment.items()},
            logging=ecs.LogDriver.aws_logs(
                log_group=logs.LogGroup(
                    self,
                    "ApplicationLog",
                    log_group_name=self.naming.application_log_group_name,
                    retention=self._log_retention,
                    removal_policy=self._log_removal_policy,
                ),
                stream_prefix="app",
            ),
            port_mappings=(
                None if service.port is None else [ecs.PortMapping(container_port=service.port)]
            ),
        )
        if is_private(image):
            for statement in pull_statements(self, image, through_cache=self._is_cached(image)):
                task_definition.add_to_execution_role_policy(statement)
            acknowledge_pull(app)
        return app

    def _is_cached(self, image: str) -> bool:
        prefix = self._environment.image_cache_prefix
        return prefix is not None and f"/{prefix}/" in image

    def _make_collector(self) -> Collector:
        prefix = self._environment.image_cache_prefix
        if prefix is None:
            return COLLECTORS[self._environment.collector]
        registry = cache_registry(
            account=self.account, region=self.region, url_suffix=self.url_suffix, prefix=prefix
        )
        return make_collector(self._environment.collector, registry=registry)

    def _add_service(self) -> ecs.CfnService:
        """Add the service as an L1: the L2 wants the cluster's VPC, which neither mode uses."""
        service = ecs.CfnService(
            self,
            "Service",
            cluster=(
                self._service.cluster
                if self.new_cluster is None
                else self.new_cluster.cluster.cluster_name
            ),
            service_name=self.naming.qualified_service,
            task_definition=self.task_definition.task_definition_arn,
            desired_count=self._service.desired_count,
            launch_type="EC2",
            scheduling_strategy="REPLICA",
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            deployment_configuration=ecs.CfnService.DeploymentConfigurationProperty(
                # Without it a task that cannot start keeps the deployment waiting for hours.
                deployment_circuit_breaker=ecs.CfnService.DeploymentCircuitBreakerProperty(
                    enable=True, rollback=True
                )
            ),
        )
        # The reference setup's depends_on: without them the first task may start before it can
        # log or send traces.
        if self.sidecar.log_group is not None:
            service.node.add_dependency(self.sidecar.log_group)
        self.sidecar.grant.apply_before(service)
        if self.new_cluster is not None:
            # Tasks need instances to start on, and to be drained from before these go.
            service.node.add_dependency(self.new_cluster.capacity)
        return service

    def _add_outputs(self) -> None:
        region = self.region
        partition = "aws"
        if self._environment.region is not None:
            partition = PARTITIONS[region]
        for construct_id, description, value in (
            ("TraceMap", "The trace map", trace_map_url(region=region, partition=partition)),
            (
                "Traces",
                "Traces that went through this service",
                traces_url(self._service.traced_as, region=region, partition=partition),
            ),
            (
                "CollectorLog",
                "What the collector says",
                log_group_url(self.naming.log_group_name, region=region, partition=partition),
            ),
        ):
            cdk.CfnOutput(self, construct_id, value=value, description=description)


def _literal(value: str) -> str:
    """Return a value so that the container gets it to the letter.

    In a template ``${HOME}`` reads as a parameter outside of ``Fn::Sub``, which CloudFormation's
    validation takes for a mistake; in two pieces it is text, for the app to expand.
    """
    if "${" not in value:
        return value
    first, *others = value.split("${")
    pieces = [first, *(f"{{{piece}" for piece in others)]
    joined = [*(f"{piece}$" for piece in pieces[:-1]), pieces[-1]]
    return cdk.Token.as_string({"Fn::Join": ["", joined]})
