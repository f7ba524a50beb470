"""Task definitions and services of Terraform's as properties of CloudFormation's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.adopt.state import StateResource
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.templates.spelling import (
    api_name,
    as_cloudformation,
    cloudformation_name,
    declared,
)

SERVICE_DEFAULTS: Mapping[str, Any] = {
    "EnableECSManagedTags": False,
    "EnableExecuteCommand": False,
    "HealthCheckGracePeriodSeconds": 0,
    "MaximumPercent": 200,
    "MinimumHealthyPercent": 100,
    "Enable": False,
    "LaunchType": "EC2",
    "PropagateTags": "NONE",
    "PlatformVersion": "LATEST",
    "Rollback": False,
    "SchedulingStrategy": "REPLICA",
}
"""What ECS fills in, by member; a template that leaves one out means the same."""

_OF_A_TASK = (
    "containerDefinitions",
    "cpu",
    "executionRoleArn",
    "family",
    "ipcMode",
    "memory",
    "networkMode",
    "pidMode",
    "requiresCompatibilities",
    "runtimePlatform",
    "taskRoleArn",
    "volumes",
)
_OF_A_SERVICE = (
    "capacityProviderStrategy",
    "clusterArn",
    "deploymentConfiguration",
    "desiredCount",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "launchType",
    "loadBalancers",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "propagateTags",
    "schedulingStrategy",
    "serviceName",
    "taskDefinition",
)
_RENAMED: Mapping[str, str] = {"clusterArn": "Cluster", "placementStrategy": "PlacementStrategies"}
_OF_A_DEPLOYMENT = ("DeploymentCircuitBreaker", "MaximumPercent", "MinimumHealthyPercent")
_BLOCKS: Mapping[str, str] = {
    "capacity_provider_strategy": "CapacityProviderStrategy",
    "ordered_placement_strategy": "PlacementStrategies",
    "placement_constraints": "PlacementConstraints",
}


def task_definition_properties(resource: StateResource) -> dict[str, Any]:
    """Return the properties of ``AWS::ECS::TaskDefinition``.

    :raises ConfigurationError: when the containers are no JSON.
    """
    platform = _block(resource, "runtime_platform")
    stated = {
        "family": resource.text("family"),
        "cpu": resource.text("cpu"),
        "memory": resource.text("memory"),
        "networkMode": resource.text("network_mode"),
        "ipcMode": resource.text("ipc_mode"),
        "pidMode": resource.text("pid_mode"),
        "taskRoleArn": resource.text("task_role_arn"),
        "executionRoleArn": resource.text("execution_role_arn"),
        "requiresCompatibilities": resource.texts("requires_compatibilities"),
        "runtimePlatform": _camel(platform),
        "volumes": [_volume(volume) for volume in resource.blocks("volume")],
        "containerDefinitions": _containers(resource),
    }
    return as_cloudformation({key: value for key, value in stated.items() if value})


def service_properties(resource: StateResource) -> dict[str, Any]:
    """Return the properties of ``AWS::ECS::Service``."""
    attributes = resource.attributes
    found = {
        "ServiceName": resource.text("name"),
        "Cluster": resource.text("cluster"),
        "TaskDefinition": resource.text("task_definition"),
        "DesiredCount": attributes.get("desired_count"),
        "LaunchType": resource.text("launch_type"),
        "DeploymentConfiguration": _deployment(resource),
        "LoadBalancers": [_capitals(one) for one in resource.blocks("load_balancer")],
        "NetworkConfiguration": _network(resource),
        "EnableECSManagedTags": attributes.get("enable_ecs_managed_tags"),
        "EnableExecuteCommand": attributes.get("enable_execute_command"),
        "HealthCheckGracePeriodSeconds": attributes.get("health_check_grace_period_seconds"),
        "PropagateTags": resource.text("propagate_tags"),
        "PlatformVersion": resource.text("platform_version"),
        "SchedulingStrategy": resource.text("scheduling_strategy"),
        **{
            name: [_capitals(one) for one in resource.blocks(block)]
            for block, name in _BLOCKS.items()
        },
    }
    return {name: value for name, value in found.items() if value not in (None, [], {})}


def described_task_definition(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same properties of what ``describe-task-definition`` answers."""
    return as_cloudformation({name: found[name] for name in _OF_A_TASK if found.get(name)})


def described_service(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same properties as :func:`service_properties` of what the API answers."""
    properties = {
        _RENAMED.get(name, cloudformation_name(name)): declared(found[name], name)
        for name in _OF_A_SERVICE
        if found.get(name) is not None
    }
    deployment = properties.get("DeploymentConfiguration", {})
    properties["DeploymentConfiguration"] = {
        name: deployment[name] for name in _OF_A_DEPLOYMENT if name in deployment
    }
    return {name: value for name, value in properties.items() if value not in ([], {})}


def _volume(block: Mapping[str, Any]) -> dict[str, Any]:
    volume = _camel(block)
    path = volume.pop("hostPath", None)
    return volume if path is None else {**volume, "host": {"sourcePath": path}}


def _containers(resource: StateResource) -> list[Any]:
    containers = json_or_none(resource.text("container_definitions") or "[]")
    if isinstance(containers, list) and all(isinstance(one, Mapping) for one in containers):
        return containers
    raise ConfigurationError(
        Problem(
            where=resource.address,
            what="container_definitions must hold a list of containers as JSON",
            got="something else",
            fix="Apply the configuration, and write the state anew.",
        )
    )


def _deployment(resource: StateResource) -> dict[str, Any]:
    found = {
        "MaximumPercent": resource.attributes.get("deployment_maximum_percent"),
        "MinimumHealthyPercent": resource.attributes.get("deployment_minimum_healthy_percent"),
    }
    kept = {name: value for name, value in found.items() if value is not None}
    breaker = _block(resource, "deployment_circuit_breaker")
    if breaker:
        kept["DeploymentCircuitBreaker"] = _capitals(breaker)
    return kept


def _network(resource: StateResource) -> dict[str, Any]:
    block = _block(resource, "network_configuration")
    if not block:
        return {}
    inside = StateResource(
        address=f"{resource.address}, network_configuration",
        kind=resource.kind,
        attributes=block,
        sensitive=resource.sensitive,
    )
    return {
        "AwsvpcConfiguration": {
            "AssignPublicIp": "ENABLED" if block.get("assign_public_ip") else "DISABLED",
            "SecurityGroups": inside.texts("security_groups"),
            "Subnets": inside.texts("subnets"),
        }
    }


def _block(resource: StateResource, name: str) -> Mapping[str, Any]:
    """A block that there is one of at most."""
    return next(iter(resource.blocks(name)), {})


def _camel(block: Any) -> dict[str, Any]:
    return {
        api_name(_capital(name)): (
            _camel(value[0])
            if isinstance(value, list) and value and isinstance(value[0], Mapping)
            else value
        )
        for name, value in block.items()
        if value not in (None, [], "")
    }


def _capital(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _capitals(block: Any) -> dict[str, Any]:
    return {
        _capital(name): (
            _capitals(value[0])
            if isinstance(value, list) and value and isinstance(value[0], Mapping)
            else value
        )
        for name, value in block.items()
        if value not in (None, [], "")
    }
