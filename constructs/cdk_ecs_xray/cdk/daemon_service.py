"""One collector per EC2 instance, in place of one per task."""

from __future__ import annotations

from dataclasses import replace

import jsii
from aws_cdk import AspectPriority, Aspects, IAspect, RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from cdk_ecs_xray.cdk.container import add_collector_container, placed
from cdk_ecs_xray.cdk.log_group import DEFAULT_REMOVAL_POLICY, DEFAULT_RETENTION, XRayLogGroup
from cdk_ecs_xray.cdk.modes import NETWORK_MODES
from cdk_ecs_xray.cdk.permissions import grant_assume, grant_write_traces
from cdk_ecs_xray.cdk.sidecar import XRaySidecar
from cdk_ecs_xray.cdk.tracing_name import TracingName, name_of, require_tracing_name
from cdk_ecs_xray.cdk.wiring import wire_environment
from cdk_ecs_xray.collectors import Collector, XRayDaemon
from cdk_ecs_xray.collectors.application import named
from cdk_ecs_xray.errors import ConfigurationError, Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.plan.network import ALL_INTERFACES, LOOPBACK, XRAY_PORT, SidecarNetwork
from cdk_ecs_xray.plan.profile import SidecarProfile

DOCKER_GATEWAY = "172.17.0.1"
"""Where a container in bridge mode reaches its host, unless dockerd was given another network."""

# In host mode it listens for bridge apps too, which come in over the docker interface.
_NETWORKS = {
    mode: SidecarNetwork(
        mode=mode,
        linked=False,
        host_port=XRAY_PORT,
        bind_address=ALL_INTERFACES,
        shared=True,
    )
    for mode in ("bridge", "host")
}


class XRayDaemonService(Construct):
    """Provisions a collector on every EC2 instance of a cluster, as a DAEMON service.

    Costs the profile's cpu and memory once per instance in place of once per task. Grants
    :func:`grant_write_traces` to the daemon's own task role, so apps need no X-Ray permission.

    Port 2000 is published on the instance, over UDP and TCP. Its TCP side signs X-Ray requests
    for whoever reaches it: no security group may let it in from outside. ECS stops the daemon of
    a draining instance before the apps (aws-xray-daemon issue 53), which loses their last traces.

    :param cluster: a cluster with EC2 instances on Linux.
    :param collector: what runs on each instance; the X-Ray daemon by default.
    :param network_mode: BRIDGE publishes the ports, HOST binds them on the instance.
    :param profile: sizes; the container is always essential, being the only one of its task.
    :param service_name: name of the ECS service; None lets CloudFormation choose one.
    :param log_retention: one month by default.
    :param log_removal_policy: destroyed with its stack by default.
    :raises ConfigurationError: for a network mode other than bridge and host.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: ecs.ICluster,
        collector: Collector | None = None,
        network_mode: ecs.NetworkMode = ecs.NetworkMode.BRIDGE,
        profile: SidecarProfile = SidecarProfile.SAFE,
        service_name: str | None = None,
        log_retention: logs.RetentionDays = DEFAULT_RETENTION,
        log_removal_policy: RemovalPolicy = DEFAULT_REMOVAL_POLICY,
    ) -> None:
        mode = NETWORK_MODES[network_mode]
        if mode not in _NETWORKS:
            raise ConfigurationError(
                Problem(
                    where=construct_id,
                    what="network_mode must be bridge or host for a collector that serves its "
                    "instance",
                    got=f"'{mode}'",
                    fix="A sidecar works in awsvpc mode.",
                )
            )
        super().__init__(scope, construct_id)
        self.collector: Collector = XRayDaemon() if collector is None else collector
        self.task_definition: ecs.Ec2TaskDefinition = ecs.Ec2TaskDefinition(
            self, "TaskDefinition", network_mode=network_mode
        )
        self.log_group: logs.ILogGroup = XRayLogGroup(
            self, "LogGroup", retention=log_retention, removal_policy=log_removal_policy
        )
        self.container: ecs.ContainerDefinition = self._add_container(
            _NETWORKS[mode], replace(profile, essential=True)
        )
        self.service: ecs.Ec2Service = ecs.Ec2Service(
            self,
            "Service",
            cluster=cluster,
            task_definition=self.task_definition,
            service_name=service_name,
            daemon=True,
            min_healthy_percent=0,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
        )

    def attach(
        self,
        task_definition: ecs.TaskDefinition,
        *,
        tracing_name: TracingName = None,
        instance_address: str | None = None,
    ) -> None:
        """Point every container of a task definition at the collector of its instance.

        Containers added later are connected too. What they already have stays, with a warning.

        :param tracing_name: the service's name in X-Ray, a function that names a container, or
            False to leave it to the app's code; the container's name by default.
        :param instance_address: IP address of the instance as these tasks reach it. None takes
            the docker gateway in bridge mode and loopback in host mode. In awsvpc mode a task
            has an address of its own and the instance's differs from one to the next, so it has
            to be given, and the instance's security group has to let the tasks in.
        :raises UnsupportedTaskDefinitionError: for a task that can run off an EC2 instance, one
            with a sidecar, or one in awsvpc mode without an address.
        """
        require_tracing_name(tracing_name)
        host = self._host(task_definition, instance_address)
        Aspects.of(task_definition).add(
            _Wiring(self.collector, host, tracing_name), priority=AspectPriority.MUTATING
        )

    def _add_container(
        self, network: SidecarNetwork, profile: SidecarProfile
    ) -> ecs.ContainerDefinition:
        description = self.collector.describe(placed(self, network, profile))
        grant_write_traces(self.task_definition.task_role, actions=description.actions)
        if description.assumes_role is not None:
            grant_assume(self.task_definition.task_role, description.assumes_role)
        container = add_collector_container(
            self,
            task_definition=self.task_definition,
            name=self.collector.container_name,
            description=description,
            network=network,
            profile=profile,
            logging="awslogs",
            log_group=self.log_group,
        )
        self.task_definition.default_container = container
        return container

    def _host(self, task_definition: ecs.TaskDefinition, instance_address: str | None) -> str:
        path = task_definition.node.path
        if not task_definition.is_ec2_compatible or task_definition.is_fargate_compatible:
            raise UnsupportedTaskDefinitionError(
                Problem(
                    where=path,
                    what="compatibility must be EC2 only for a collector on the instance",
                    got="a task that may run elsewhere",
                    fix="Give it a sidecar with XRayTracing.",
                )
            )
        if XRaySidecar.find(task_definition) is not None:
            raise UnsupportedTaskDefinitionError(
                Problem(
                    where=path,
                    what="the task definition must have one collector",
                    got="a sidecar already",
                    fix="Take XRayTracing away or leave this out.",
                )
            )
        if instance_address is not None:
            return instance_address
        mode = NETWORK_MODES[task_definition.network_mode]
        hosts = {"bridge": DOCKER_GATEWAY, "host": LOOPBACK}
        if mode not in hosts:
            raise UnsupportedTaskDefinitionError(
                Problem(
                    where=path,
                    what="network_mode must be bridge or host to find the collector of the "
                    "instance",
                    got=f"'{mode}'",
                    fix="Give instance_address, or the task a sidecar.",
                )
            )
        return hosts[mode]


@jsii.implements(IAspect)
class _Wiring:
    """Wires the containers of one task definition when all of them are known."""

    def __init__(self, collector: Collector, host: str, tracing_name: TracingName) -> None:
        self._environment = collector.application_environment(host)
        self._tracing_name = tracing_name

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, ecs.ContainerDefinition) and not isinstance(
            node, ecs.FirelensLogRouter
        ):
            chosen = node.container_name if self._tracing_name is None else self._tracing_name
            name = name_of(chosen, node)
            environment = self._environment if name is None else named(self._environment, name)
            wire_environment(node, environment)
