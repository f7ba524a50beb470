"""Reads one task definition with everything around it that tracing depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from cdk_ecs_xray.collectors.companions import companion
from cdk_ecs_xray.collectors.recognition import recognize
from cdk_ecs_xray.plan.operating_system import windows_sign
from cdk_ecs_xray.templates.address import ADDRESS
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.containers import read_container
from cdk_ecs_xray.templates.model import (
    FoundCollector,
    LogGroup,
    Resource,
    Role,
    ServiceResource,
    TaskDefinition,
)
from cdk_ecs_xray.templates.roles import entries, role_named, roles_of
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.unknown import Text, Unknown, known

TASK_DEFINITION = "AWS::ECS::TaskDefinition"
_SERVICE = "AWS::ECS::Service"
_LOG_GROUP = "AWS::Logs::LogGroup"
_STORED = "AWS::SSM::Parameter"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The resources of all stacks that a task definition may refer to.

    :param stored: values in the parameter store, by resource and by name.
    """

    sources: Sequence[StackSource]
    services: Sequence[tuple[Resource, ServiceResource]]
    groups: Sequence[LogGroup]
    roles: Mapping[str, Role]
    stored: Mapping[str, Text]

    @classmethod
    def of(cls, sources: Sequence[StackSource], resources: Sequence[Resource]) -> Self:
        """Return what is in the stacks."""
        stored: dict[str, Text] = {}
        for resource in resources:
            value = resource.properties.get("Value")
            if resource.type == _STORED and isinstance(value, str | Unknown):
                stored[resource.key] = value
                name = resource.properties.get("Name")
                if isinstance(name, str):
                    stored[name] = value
        return cls(
            sources=sources,
            services=[(one, _service(one)) for one in resources if one.type == _SERVICE],
            groups=_log_groups(resources),
            roles=roles_of(resources),
            stored=stored,
        )

    def near(self, source: StackSource) -> Sequence[str]:
        """Return the stacks whose names a stack means, itself first; none of other Stages."""
        others = [
            one.path
            for one in self.sources
            if one.environment == source.environment
            and (one.account == source.account or None in (one.account, source.account))
        ]
        return [source.path, *others]

    def secret(self, value_from: object) -> Text | None:
        """Return a container's secret where it is a parameter that one of the stacks writes."""
        if isinstance(value_from, Unknown):
            own = self.stored.get(str(value_from.resource))
            name = value_from.expression.rpartition(":parameter")[2]
            return self.stored.get(name) if own is None else own
        return self.stored.get(str(value_from).rpartition(":parameter")[2])


def read_task_definition(
    source: StackSource, resource: Resource, surroundings: Surroundings
) -> TaskDefinition:
    """Return a task definition of a stack as the model has it."""
    properties = resource.properties
    listed = entries(properties.get("ContainerDefinitions"))
    containers = [
        read_container(resource.place, definition, secret=surroundings.secret)
        for definition in listed
        if isinstance(definition, Mapping)
    ]
    collectors = _collectors(containers)
    companions = _companions(containers, collectors)
    taken = {id(one.container) for one in collectors} | {id(one) for one in companions}
    services = [service for other, service in surroundings.services if _runs(other, resource)]
    platforms = [str(entry) for entry in entries(properties.get("RequiresCompatibilities"))] or [
        service.launch_type for service in services if service.launch_type is not None
    ]
    near = surroundings.near(source)
    roles = [
        _one_role(
            [
                role_named(arn, surroundings.roles, scope=source.path, near=near)
                for arn in _alternatives(properties.get(member))
            ]
        )
        for member in ("TaskRoleArn", "ExecutionRoleArn")
    ]
    return TaskDefinition(
        place=resource.place,
        logical_id=resource.logical_id,
        name=properties.get("Family", resource.logical_id),
        mode=properties.get("NetworkMode", "awsvpc" if platforms == ["FARGATE"] else "bridge"),
        platforms=platforms,
        windows=windows_sign(properties) is not None,
        apps=[container for container in containers if id(container) not in taken],
        collectors=collectors,
        companions=companions,
        task_roles=roles[0],
        execution_role=roles[1][0] if len(roles[1]) == 1 else Unknown(expression="a role"),
        services=services,
        stack=source,
        log_groups=surroundings.groups,
        open_containers=any(not isinstance(one, Mapping) for one in listed),
        ignored_user=_ignored_user(properties.get("ProxyConfiguration")),
    )


def _collectors(containers: Sequence[Container]) -> Sequence[FoundCollector]:
    told = any(ADDRESS in container.environment for container in containers)
    return [
        FoundCollector(
            container=container,
            recognized=found,
            certain=found.collects_traces is True or told,
        )
        for container in containers
        if (found := recognize(container.evidence)) is not None
        and found.collects_traces is not False
    ]


def _companions(
    containers: Sequence[Container], collectors: Sequence[FoundCollector]
) -> Sequence[Container]:
    taken = {id(collector.container) for collector in collectors}
    finishing = {
        str(dependency.container)
        for container in containers
        for dependency in container.depends_on
        if dependency.condition in ("COMPLETE", "SUCCESS")
    }
    return [
        container
        for container in containers
        if id(container) not in taken
        and companion(
            container.evidence,
            routes_logs=container.routes_logs,
            finishes=str(container.name) in finishing,
        )
        is not None
    ]


def _alternatives(value: object) -> Sequence[object]:
    if isinstance(value, Unknown) and value.either:
        return [one for part in value.either for one in _alternatives(part)]
    return [value]


def _one_role(
    found: Sequence[Role | Unknown | None],
) -> Sequence[Role | Unknown | None]:
    return [role for position, role in enumerate(found) if role not in found[:position]]


def _ignored_user(proxy: object) -> str | None:
    """Return the user whose traffic App Mesh's proxy leaves alone."""
    if not isinstance(proxy, Mapping) or str(proxy.get("Type", "APPMESH")) != "APPMESH":
        return None
    settings = {
        str(pair.get("Name")): known(pair.get("Value"))
        for pair in entries(proxy.get("ProxyConfigurationProperties"))
        if isinstance(pair, Mapping)
    }
    return settings.get("IgnoredUID")


def _runs(service: Resource, task_definition: Resource) -> bool:
    wanted = service.properties.get("TaskDefinition")
    if isinstance(wanted, Unknown):
        return wanted.resource == task_definition.key
    family = task_definition.properties.get("Family")
    same_stack = service.place.stack == task_definition.place.stack
    named = str(wanted).rpartition("/")[2].partition(":")[0]
    return same_stack and isinstance(family, str) and named == family


def _service(resource: Resource) -> ServiceResource:
    properties = resource.properties
    count = known(properties.get("DesiredCount"))
    launch_type = known(properties.get("LaunchType"))
    connect = properties.get("ServiceConnectConfiguration")
    network = properties.get("NetworkConfiguration")
    awsvpc = network.get("AwsvpcConfiguration") if isinstance(network, Mapping) else None
    awsvpc = awsvpc if isinstance(awsvpc, Mapping) else {}
    public = awsvpc.get("AssignPublicIp", "DISABLED")
    return ServiceResource(
        place=resource.place,
        name=_text(properties.get("ServiceName", resource.logical_id)),
        cluster=_text(properties.get("Cluster", "default")),
        launch_type=launch_type,
        daemon=properties.get("SchedulingStrategy") == "DAEMON",
        desired_count=int(count) if count is not None and count.isdigit() else None,
        distinct_instances=any(
            isinstance(entry, Mapping) and entry.get("Type") == "distinctInstance"
            for entry in entries(properties.get("PlacementConstraints"))
        ),
        connect=isinstance(connect, Mapping) and known(connect.get("Enabled")) != "false",
        subnets=[_text(one) for one in entries(awsvpc.get("Subnets"))],
        public_address=None if isinstance(public, Unknown) else public == "ENABLED",
    )


def _log_groups(resources: Sequence[Resource]) -> Sequence[LogGroup]:
    return [
        LogGroup(
            place=resource.place,
            logical_id=resource.logical_id,
            key=resource.key,
            name=resource.properties.get("LogGroupName"),
            retention_days=resource.properties.get("RetentionInDays"),
        )
        for resource in resources
        if resource.type == _LOG_GROUP
    ]


def _text(value: object) -> Text:
    return value if isinstance(value, Unknown) else str(value)
