"""A task definition as the template will have it, its L1 included, in ECS's spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.cdk.modes import NETWORK_MODES
from cdk_ecs_xray.collectors.companions import companion
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.plan.mesh import proxy_properties
from cdk_ecs_xray.plan.operating_system import windows_sign
from cdk_ecs_xray.templates import containers
from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.spelling import as_cloudformation

_FINISHED = (ecs.ContainerDependencyCondition.COMPLETE, ecs.ContainerDependencyCondition.SUCCESS)


def resource_of(task_definition: ecs.TaskDefinition) -> ecs.CfnTaskDefinition:
    """Return the L1 of a task definition."""
    (resource,) = [
        child for child in task_definition.node.children if isinstance(child, ecs.CfnTaskDefinition)
    ]
    return resource


def network_mode_of(task_definition: ecs.TaskDefinition) -> str:
    """Return the network mode, as its L1 has it now."""
    made = NETWORK_MODES[task_definition.network_mode]
    if made == "nat":
        # CDK renders none for it.
        return made
    mode = resource_of(task_definition).network_mode
    return "bridge" if mode is None else mode


def windows_sign_of(task_definition: ecs.TaskDefinition) -> str | None:
    """Return what shows that a task runs Windows; None for Linux."""
    resource = resource_of(task_definition)
    # Before 2.272 aws-cdk-lib does not show it; the L1 has it wherever it reaches the template.
    platform = getattr(task_definition, "runtime_platform", None)
    family = None if platform is None else platform.operating_system_family
    if family is not None and family.is_windows():
        return "its runtime platform"
    resolve = Stack.of(task_definition).resolve
    # Not the containers as they are rendered: that adds CDK's own log router before its time.
    images = [
        {"image": child.image_name}
        for child in task_definition.node.children
        if isinstance(child, ecs.ContainerDefinition)
    ]
    return windows_sign(
        {
            "placementConstraints": resolve(resource.placement_constraints),
            "requiresCompatibilities": resolve(resource.requires_compatibilities),
            "runtimePlatform": resolve(resource.runtime_platform),
            "volumes": resolve(resource.volumes),
            "containerDefinitions": images,
        }
    )


def mesh_properties_of(task_definition: ecs.TaskDefinition) -> Mapping[str, str] | None:
    """Return the properties of App Mesh's proxy; None where the task has none."""
    resource = resource_of(task_definition)
    proxy = Stack.of(task_definition).resolve(resource.proxy_configuration)
    if not isinstance(proxy, Mapping):
        return None
    return proxy_properties(proxy.get("proxyConfigurationProperties") or ())


def companion_in(container: ecs.ContainerDefinition, evidence: Evidence) -> str | None:
    """Return what a container is for that neither is an app nor collects traces. For aspects."""
    name = container.container_name
    siblings = [
        child
        for child in container.task_definition.node.children
        if isinstance(child, ecs.ContainerDefinition)
    ]
    finishes = any(
        dependency.container.container_name == name and dependency.condition in _FINISHED
        for sibling in siblings
        for dependency in sibling.container_dependencies
    )
    return companion(
        evidence,
        routes_logs=isinstance(container, ecs.FirelensLogRouter),
        finishes=finishes,
    )


def strangers_in(task_definition: ecs.TaskDefinition) -> Sequence[Mapping[str, Any]]:
    """Return the containers that were set on the L1, in CloudFormation's spelling.

    CDK's own list of containers is rendered once and kept, so it must not be asked for before the
    template is written; one that a user has put in its place can be read.
    """
    resource = resource_of(task_definition)
    if not isinstance(resource.container_definitions, list):
        return []
    known = {
        child.container_name
        for child in task_definition.node.children
        if isinstance(child, ecs.ContainerDefinition)
    }
    return [one for one in definitions_in(resource) if one.get("Name") not in known]


def evidence_in(definition: Mapping[str, Any]) -> Evidence:
    """Return what shows whether a container, as the template has it, is a collector."""
    return containers.evidence_of(Resolver.alone().resolve(definition))


def definitions_in(resource: ecs.CfnTaskDefinition) -> Sequence[Mapping[str, Any]]:
    """Return the containers of an L1 task definition, in CloudFormation's spelling."""
    found = Stack.of(resource).resolve(resource.container_definitions)
    listed = found if isinstance(found, list) else []
    return [as_cloudformation(one) for one in listed if isinstance(one, Mapping)]
