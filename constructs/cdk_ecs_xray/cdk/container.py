"""The only place where a collector's description becomes a container."""

from __future__ import annotations

from functools import cache

from aws_cdk import Annotations, Duration, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_ecs_xray.cdk.execution_role import complete_execution_role, grant_execution, is_own
from cdk_ecs_xray.cdk.group_creation import GroupCreation
from cdk_ecs_xray.cdk.image_pull import acknowledge_pull, is_private, pull_statements
from cdk_ecs_xray.cdk.log_driver import (
    Logging,
    collector_log_driver,
    ungranted_log_driver,
    write_statements,
)
from cdk_ecs_xray.collectors import CollectorContainer, Placement
from cdk_ecs_xray.plan.network import SidecarNetwork
from cdk_ecs_xray.plan.profile import SidecarProfile
from cdk_ecs_xray.plan.wiring import ends_with_its_task, order_kept_by_link


def placed(scope: Construct, network: SidecarNetwork, profile: SidecarProfile) -> Placement:
    """Return where a collector runs: what its stack knows, and what its profile gives it."""
    stack = Stack.of(scope)
    return Placement(
        network=network,
        region=stack.region,
        memory_mib=profile.usable_memory_mib,
        url_suffix=stack.url_suffix,
    )


def add_collector_container(
    scope: Construct,
    *,
    task_definition: ecs.TaskDefinition,
    name: str,
    description: CollectorContainer,
    network: SidecarNetwork,
    profile: SidecarProfile,
    logging: Logging,
    log_group: logs.ILogGroup | None,
    user: str | None = None,
    creation: GroupCreation | None = None,
) -> ecs.ContainerDefinition:
    """Add the container to a task definition, with permission to pull its image and to log.

    :param scope: owns the constructs that the container needs beside itself.
    :param log_group: for awslogs.
    :param creation: who creates the log group; None where it is known to exist.
    :param user: whose traffic a proxy of the task leaves alone; None keeps the image's own.
    """
    role = task_definition.execution_role
    own = is_own(role, scope)
    sandboxed = profile.sandboxed and description.runs_sandboxed
    container = task_definition.add_container(
        name,
        container_name=name,
        image=_image(description.image),
        command=list(description.command) or None,
        environment=dict(description.environment),
        health_check=_health_check(description),
        port_mappings=_port_mappings(description, network),
        logging=_log_driver(logging, log_group, profile, granted=own, creation=creation),
        essential=profile.essential,
        user=user,
        cpu=profile.cpu,
        memory_reservation_mib=profile.memory_reservation_mib,
        memory_limit_mib=profile.memory_limit_mib,
        stop_timeout=_seconds(profile.stop_timeout_seconds),
        enable_restart_policy=profile.restart or None,
        restart_attempt_period=(
            _seconds(profile.restart_attempt_period_seconds) if profile.restart else None
        ),
        readonly_root_filesystem=sandboxed or None,
        linux_parameters=_no_capabilities(scope) if sandboxed else None,
        docker_security_options=["no-new-privileges"] if profile.no_new_privileges else None,
    )
    if profile.essential:
        _leave_default_container(task_definition, name)
    statements = list(pull_statements(Stack.of(scope), description.image))
    if is_private(description.image):
        acknowledge_pull(container)
    # Where CDK's own driver is used, CDK has granted this.
    if (not own or creation is not None) and logging == "awslogs" and log_group is not None:
        statements += write_statements(log_group)
    if statements:
        grant_execution(scope, task_definition.obtain_execution_role(), statements)
    if role is None:
        complete_execution_role(task_definition, collector=name)
    return container


def warn_of_profile(
    sidecar: Construct,
    profile: SidecarProfile,
    *,
    network: SidecarNetwork,
    description: CollectorContainer,
) -> None:
    """Say on a sidecar where its profile cannot do what it says, or takes the app with it."""
    where = sidecar.node.path
    for warned in (
        *order_kept_by_link(where, start_order=profile.start_order, linked=network.linked),
        *ends_with_its_task(
            where,
            fails_closed=description.ends_without_credentials,
            essential=profile.essential,
        ),
    ):
        Annotations.of(sidecar).add_warning_v2(warned.id, str(warned.problem))


def _log_driver(
    logging: Logging,
    log_group: logs.ILogGroup | None,
    profile: SidecarProfile,
    *,
    granted: bool,
    creation: GroupCreation | None,
) -> ecs.LogDriver | None:
    if isinstance(logging, ecs.LogDriver):
        return logging
    if logging == "none" or log_group is None:
        return None
    if granted and creation is None:
        return collector_log_driver(log_group, profile)
    return ungranted_log_driver(log_group, profile, creation=creation)


def _leave_default_container(task_definition: ecs.TaskDefinition, name: str) -> None:
    """Keep load balancers off the collector: CDK targets the first essential container."""
    default = task_definition.default_container
    if default is not None and default.container_name == name:
        task_definition.default_container = None


@cache
def _image(reference: str) -> ecs.ContainerImage:
    # An image belongs to no scope, so every sidecar can share the object of its reference.
    return ecs.ContainerImage.from_registry(reference)


def _no_capabilities(scope: Construct) -> ecs.LinuxParameters:
    linux_parameters = ecs.LinuxParameters(scope, "LinuxParameters")
    linux_parameters.drop_capabilities(ecs.Capability.ALL)
    return linux_parameters


def _health_check(description: CollectorContainer) -> ecs.HealthCheck | None:
    if description.health_check is None:
        return None
    # CDK turns a list of one element into CMD-SHELL, which images without a shell cannot run.
    return ecs.HealthCheck(command=["CMD", *description.health_check])


def _port_mappings(
    description: CollectorContainer, network: SidecarNetwork
) -> list[ecs.PortMapping]:
    ports = [*description.ports, *(description.linked_ports if network.shared else ())]
    return [
        ecs.PortMapping(
            container_port=port.container_port,
            host_port=network.published(port.container_port),
            protocol=ecs.Protocol.UDP if port.protocol == "udp" else ecs.Protocol.TCP,
        )
        for port in ports
    ]


def _seconds(amount: int | None) -> Duration | None:
    return None if amount is None else Duration.seconds(amount)
