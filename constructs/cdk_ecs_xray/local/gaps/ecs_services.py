"""CloudFormation ECS services keep what they declare, are replaced when AWS would, and drift.

Ministack hands ECS eight properties; execute command, tag propagation, placement and the scheduling
strategy are lost, and a change that AWS answers with a new service does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.services import ecs
from ministack.services.cloudformation import drift, provisioners

from cdk_ecs_xray.local.gaps.container_definitions import TASK_DEFINITION
from cdk_ecs_xray.templates.spelling import MAP_MEMBERS, api_name, as_api

SERVICE = "AWS::ECS::Service"
# CloudFormation's property and the ECS API's member.
_MEMBERS: Mapping[str, str] = {
    "EnableECSManagedTags": "enableECSManagedTags",
    "EnableExecuteCommand": "enableExecuteCommand",
    "HealthCheckGracePeriodSeconds": "healthCheckGracePeriodSeconds",
    "PlacementConstraints": "placementConstraints",
    "PlacementStrategies": "placementStrategy",
    "PlatformVersion": "platformVersion",
    "PropagateTags": "propagateTags",
    "SchedulingStrategy": "schedulingStrategy",
    "ServiceRegistries": "serviceRegistries",
}
_DEFAULTS: Mapping[str, Any] = {
    "EnableECSManagedTags": False,
    "EnableExecuteCommand": False,
    "HealthCheckGracePeriodSeconds": 0,
    "PropagateTags": "NONE",
    "SchedulingStrategy": "REPLICA",
}
# "Update requires: Replacement" in the template reference.
_REPLACING = ("Cluster", "LaunchType", "Role", "SchedulingStrategy", "ServiceName")
_READ = {
    "DesiredCount": "desiredCount",
    "DeploymentConfiguration": "deploymentConfiguration",
    "LaunchType": "launchType",
    "TaskDefinition": "taskDefinition",
    **_MEMBERS,
}


def mend() -> None:
    """Complete create and update; teach CloudFormation replacement and drift."""
    handlers = provisioners._RESOURCE_HANDLERS[SERVICE]
    create, update = handlers["create"], handlers["update"]

    def create_complete(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        # With a name of its own for each, so that a replacement can stand beside its predecessor.
        name = properties.get("ServiceName") or provisioners._physical_name(stack, logical_id)
        physical_id, _ = create(logical_id, {**properties, "ServiceName": name}, stack)
        stored = _stored(physical_id, properties)
        _keep(stored, properties)
        arn: str = stored["serviceArn"]
        return arn, {"ServiceArn": arn, "Name": name}

    def update_complete(physical_id: str, old: Any, new: dict[str, Any], stack: str) -> Any:
        updated = update(physical_id, old, new, stack)
        stored = _stored(physical_id, new)
        _keep(stored, {**_DEFAULTS, **new})
        tags = ecs._tags.setdefault(stored["serviceArn"], [])
        provisioners._reconcile_tag_list(tags, old, new, key="key", value="value")
        stored["tags"] = list(tags)
        return updated

    handlers["create"], handlers["update"] = create_complete, update_complete
    provisioners._REPLACING_PROPERTIES[SERVICE] = _REPLACING
    drift._DRIFT_READERS[SERVICE] = (_read_service, frozenset(_READ))
    drift._DRIFT_READERS[TASK_DEFINITION] = (_read_task_definition, frozenset())


def _stored(physical_id: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    cluster = ecs._resolve_cluster_name(properties.get("Cluster", "default"))
    service: dict[str, Any] = ecs._services[f"{cluster}/{physical_id.rpartition('/')[2]}"]
    return service


def _keep(stored: dict[str, Any], properties: Mapping[str, Any]) -> None:
    for name, member in _MEMBERS.items():
        if name in properties:
            stored[member] = as_api(properties[name])


def _read_service(physical_id: str, properties: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        stored = _stored(physical_id, properties)
    except KeyError:
        return None
    if stored["status"] != "ACTIVE":
        return None
    return {
        name: as_declared(properties[name], stored.get(member))
        for name, member in _READ.items()
        if name in properties
    }


def _read_task_definition(physical_id: str, properties: Mapping[str, Any]) -> Any:
    """A registered definition never changes; it can only be gone."""
    del properties
    stored = ecs._task_defs.get(physical_id.rpartition("/")[2])
    return {} if stored is not None and stored["status"] == "ACTIVE" else None


def as_declared(declared: Any, actual: Any) -> Any:
    """*actual* from the ECS API in the template's spelling, with the members declared there."""
    if isinstance(declared, dict) and isinstance(actual, dict):
        return {name: _member(name, value, actual) for name, value in declared.items()}
    if isinstance(declared, list) and isinstance(actual, list) and len(declared) == len(actual):
        return [as_declared(one, other) for one, other in zip(declared, actual, strict=True)]
    return actual


def _member(name: str, declared: Any, actual: Mapping[str, Any]) -> Any:
    value = actual.get(api_name(name))
    return value if api_name(name) in MAP_MEMBERS else as_declared(declared, value)
