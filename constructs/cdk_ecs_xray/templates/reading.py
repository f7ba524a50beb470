"""Makes the model from the stacks of an assembly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.companions import companion
from cdk_ecs_xray.collectors.recognition import recognize
from cdk_ecs_xray.templates.address import ADDRESS
from cdk_ecs_xray.templates.assembly import StackSource
from cdk_ecs_xray.templates.containers import read_container
from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.model import (
    FoundCollector,
    LogGroup,
    Place,
    Resource,
    Role,
    ServiceResource,
    Stack,
    TaskDefinition,
)
from cdk_ecs_xray.templates.roles import entries, managed_policies_of, roles_of, statements_of
from cdk_ecs_xray.unknown import Text, Unknown, known

_TASK_DEFINITION = "AWS::ECS::TaskDefinition"
_SERVICE = "AWS::ECS::Service"
_LOG_GROUP = "AWS::Logs::LogGroup"
_KEY = re.compile(r"(?P<indent>\s*)[\"']?(?P<name>[A-Za-z0-9]+)[\"']?\s*:")


def read_model(sources: Sequence[StackSource]) -> Sequence[Stack]:
    """Return the stacks with what tracing depends on; what templates leave open stays unknown."""
    resources = {id(source): _resources(source) for source in sources}
    # A role or log group may stand in another stack and be named by its physical name.
    everywhere = [resource for found in resources.values() for resource in found]
    groups = _log_groups(everywhere)
    return [_stack(source, resources[id(source)], groups) for source in sources]


def _stack(source: StackSource, resources: Sequence[Resource], groups: Sequence[LogGroup]) -> Stack:
    roles = roles_of(resources)
    own = {resource.logical_id for resource in resources}
    reachable = [
        group for group in groups if group.place.file == source.file or group.logical_id not in own
    ]
    return Stack(
        source=source,
        task_definitions=[
            _task_definition(source, resource, resources, roles, reachable)
            for resource in resources
            if resource.type == _TASK_DEFINITION
        ],
        resources=resources,
        statements=[statement for resource in resources for statement in statements_of(resource)],
        managed_policies=[
            (resource.place, arn) for resource in resources for arn in managed_policies_of(resource)
        ],
    )


def _resources(source: StackSource) -> Sequence[Resource]:
    resolver = Resolver.of(source)
    lines = _lines_of_keys(source.text)
    return [
        Resource(
            place=_place(source, logical_id, resource, lines.get(logical_id, 1)),
            logical_id=logical_id,
            type=str(resource.get("Type")),
            properties=resolver.properties(logical_id),
        )
        for logical_id, resource in source.template["Resources"].items()
        if isinstance(resource, Mapping)
    ]


def _lines_of_keys(text: str) -> Mapping[str, int]:
    """Return the line of every key, of the one that is indented least where it is there twice."""
    found: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        key = _KEY.match(line)
        if key is not None:
            place = (len(key["indent"]), number)
            found[key["name"]] = min(found.get(key["name"], place), place)
    return {name: number for name, (_, number) in found.items()}


def _place(source: StackSource, logical_id: str, resource: Mapping[str, Any], line: int) -> Place:
    path = (resource.get("Metadata") or {}).get("aws:cdk:path")
    shown = logical_id
    if isinstance(path, str):
        # What a developer wrote; CDK appends the name of the L1 construct.
        shown = path.removesuffix("/Resource")
    return Place(stack=source.path, resource=shown, file=source.file, line=line)


def _task_definition(
    source: StackSource,
    resource: Resource,
    resources: Sequence[Resource],
    roles: Mapping[str, Role],
    groups: Sequence[LogGroup],
) -> TaskDefinition:
    properties = resource.properties
    containers = [
        read_container(resource.place, definition)
        for definition in entries(properties.get("ContainerDefinitions"))
        if isinstance(definition, Mapping)
    ]
    told = any(ADDRESS in container.environment for container in containers)
    collectors = [
        FoundCollector(
            container=container,
            recognized=found,
            certain=found.collects_traces is True or told,
        )
        for container in containers
        if (found := recognize(container.evidence)) is not None
        and found.collects_traces is not False
    ]
    taken = {id(collector.container) for collector in collectors}
    finishing = {
        str(dependency.container)
        for container in containers
        for dependency in container.depends_on
        if dependency.condition in ("COMPLETE", "SUCCESS")
    }
    companions = [
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
    taken |= {id(container) for container in companions}
    services = [
        _service(other) for other in resources if other.type == _SERVICE and _runs(other, resource)
    ]
    platforms = [str(entry) for entry in entries(properties.get("RequiresCompatibilities"))] or [
        service.launch_type for service in services if service.launch_type is not None
    ]
    mode = properties.get("NetworkMode", "awsvpc" if platforms == ["FARGATE"] else "bridge")
    platform = properties.get("RuntimePlatform")
    family = platform.get("OperatingSystemFamily") if isinstance(platform, Mapping) else None
    return TaskDefinition(
        place=resource.place,
        logical_id=resource.logical_id,
        name=properties.get("Family", resource.logical_id),
        mode=mode,
        platforms=platforms,
        windows=str(family).startswith("WINDOWS"),
        apps=[container for container in containers if id(container) not in taken],
        collectors=collectors,
        companions=companions,
        task_role=_role(properties.get("TaskRoleArn"), roles),
        execution_role=_role(properties.get("ExecutionRoleArn"), roles),
        services=services,
        stack=source,
        log_groups=groups,
    )


def _role(arn: object, roles: Mapping[str, Role]) -> Role | Unknown | None:
    if arn is None:
        return None
    if isinstance(arn, Unknown) and arn.resource is not None and arn.resource in roles:
        return roles[arn.resource]
    text = str(arn)
    for role in roles.values():
        if isinstance(role.name, str) and text.endswith(f":role/{role.name}"):
            return role
    return Unknown(expression=text)


def _runs(service: Resource, task_definition: Resource) -> bool:
    wanted = service.properties.get("TaskDefinition")
    if isinstance(wanted, Unknown):
        return wanted.resource == task_definition.logical_id
    family = task_definition.properties.get("Family")
    return isinstance(family, str) and str(wanted).rpartition("/")[2].partition(":")[0] == family


def _service(resource: Resource) -> ServiceResource:
    properties = resource.properties
    count = known(properties.get("DesiredCount"))
    launch_type = known(properties.get("LaunchType"))
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
    )


def _log_groups(resources: Sequence[Resource]) -> Sequence[LogGroup]:
    return [
        LogGroup(
            place=resource.place,
            logical_id=resource.logical_id,
            name=resource.properties.get("LogGroupName"),
            retention_days=resource.properties.get("RetentionInDays"),
        )
        for resource in resources
        if resource.type == _LOG_GROUP
    ]


def _text(value: object) -> Text:
    return value if isinstance(value, Unknown) else str(value)
