"""Task definitions and services of Terraform's as properties of CloudFormation's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.adopt.state import StateResource
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.templates.spelling import as_cloudformation

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
    declared = {
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
        "volumes": [_camel(volume) for volume in resource.blocks("volume")],
        "containerDefinitions": _containers(resource),
    }
    return as_cloudformation({key: value for key, value in declared.items() if value})


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


def _camel(block: Mapping[str, Any]) -> dict[str, Any]:
    return {name[:1].lower() + name[1:]: value for name, value in _capitals(block).items()}


def _capitals(block: Any) -> dict[str, Any]:
    return {
        "".join(part.capitalize() for part in name.split("_")): (
            _capitals(value[0])
            if isinstance(value, list) and value and isinstance(value[0], Mapping)
            else value
        )
        for name, value in block.items()
        if value not in (None, [], "")
    }
