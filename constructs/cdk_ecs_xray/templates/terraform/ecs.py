"""Task definitions and services of Terraform's with CloudFormation's properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.templates.terraform.attributes import Attributes
from cdk_ecs_xray.templates.terraform.documents import containers_in
from cdk_ecs_xray.templates.terraform.reading import ROLE, TASK_DEFINITION, Reading, each, first
from cdk_ecs_xray.unknown import Text, Unknown

_PLATFORM = {
    "cpu_architecture": "CpuArchitecture",
    "operating_system_family": "OperatingSystemFamily",
}
_CONSTRAINT = {"type": "Type", "expression": "Expression"}


def task_definition(resource: TerraformResource, reading: Reading) -> Mapping[str, Any]:
    """Return the properties of ``AWS::ECS::TaskDefinition``."""
    attributes = reading.connections.attributes(resource)
    defined = attributes.get("container_definitions")
    containers = defined if isinstance(defined, Unknown) else containers_in(defined)
    return {
        "Family": attributes.text("family"),
        "NetworkMode": attributes.text("network_mode"),
        "RequiresCompatibilities": attributes.texts("requires_compatibilities"),
        "Cpu": attributes.text("cpu"),
        "Memory": attributes.text("memory"),
        "TaskRoleArn": reading.connections.one(resource, "task_role_arn", to=ROLE),
        "ExecutionRoleArn": reading.connections.one(resource, "execution_role_arn", to=ROLE),
        # What cannot be read is as open as what is not known yet.
        "ContainerDefinitions": attributes.later("container_definitions")
        if containers is None
        else containers,
        "RuntimePlatform": first(attributes, "runtime_platform", _PLATFORM),
        "PlacementConstraints": each(attributes, "placement_constraints", _CONSTRAINT),
        "Volumes": [_volume(one) for one in attributes.blocks("volume")],
        "ProxyConfiguration": _proxy(attributes),
    }


def service(resource: TerraformResource, reading: Reading) -> Mapping[str, Any]:
    """Return the properties of ``AWS::ECS::Service``."""
    attributes = reading.connections.attributes(resource)
    return {
        "ServiceName": attributes.text("name"),
        "Cluster": attributes.text("cluster"),
        "TaskDefinition": _runs(resource, reading),
        "DesiredCount": attributes.get("desired_count"),
        "LaunchType": attributes.text("launch_type"),
        "SchedulingStrategy": attributes.text("scheduling_strategy"),
        "PlacementConstraints": each(attributes, "placement_constraints", _CONSTRAINT),
        "NetworkConfiguration": _network(attributes),
        "ServiceConnectConfiguration": first(
            attributes, "service_connect_configuration", {"enabled": "Enabled"}
        ),
    }


def _volume(block: Attributes) -> Mapping[str, Any]:
    path = block.text("host_path")
    return {"Name": block.text("name")} | ({} if path is None else {"Host": {"SourcePath": path}})


def _proxy(attributes: Attributes) -> Mapping[str, Any] | None:
    for block in attributes.blocks("proxy_configuration"):
        pairs = block.get("properties")
        return {
            "Type": block.text("type") or "APPMESH",
            "ContainerName": block.text("container_name"),
            "ProxyConfigurationProperties": [
                {"Name": name, "Value": value}
                for name, value in (pairs if isinstance(pairs, Mapping) else {}).items()
            ],
        }
    return None


def _network(attributes: Attributes) -> Mapping[str, Any] | None:
    for block in attributes.blocks("network_configuration"):
        public = block.get("assign_public_ip")
        return {
            "AwsvpcConfiguration": {
                "Subnets": block.texts("subnets"),
                "AssignPublicIp": public
                if isinstance(public, Unknown)
                else ("ENABLED" if public is True else "DISABLED"),
            }
        }
    return None


def _runs(resource: TerraformResource, reading: Reading) -> Text | None:
    """Return the task definition of a service.

    A revision that is known while the plan makes a new one is another: a pipeline registers it.
    """
    found = reading.connections.one(resource, "task_definition", to=TASK_DEFINITION)
    if isinstance(found, str):
        family, _, revision = found.rpartition("/")[2].partition(":")
        if revision and reading.connections.is_made_anew(family):
            return reading.connections.attributes(resource).later("task_definition")
    return found
