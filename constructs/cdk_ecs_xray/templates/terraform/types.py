"""Terraform's types as those of CloudFormation that tracing depends on, one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.sampling.importing import (
    GROUP_TYPE,
    RULE_TYPE,
    TERRAFORM_RULE,
    terraform_properties,
)
from cdk_ecs_xray.templates.spelling import ATTACHMENT
from cdk_ecs_xray.templates.terraform import ecs, iam
from cdk_ecs_xray.templates.terraform.reading import MANAGED_POLICY, ROLE, TASK_DEFINITION, Reading


@dataclass(frozen=True, kw_only=True)
class TerraformType:
    """How a type is read.

    :param becomes: the type of CloudFormation with the same meaning.
    :param properties: returns its properties there.
    :param attributes: those of Terraform that are read for them.
    """

    becomes: str
    properties: Callable[[TerraformResource, Reading], Mapping[str, Any]]
    attributes: Sequence[str]


def properties_of(
    resource: TerraformResource, reading: Reading
) -> tuple[str, Mapping[str, Any]] | None:
    """Return type and properties in CloudFormation; None for a type that is no matter of tracing.

    What is unset has no property.
    """
    entry = TYPES.get(resource.type)
    if entry is None:
        return None
    found = entry.properties(resource, reading)
    return entry.becomes, {
        name: one for name, one in found.items() if one not in (None, "", [], {})
    }


def _log_group(resource: TerraformResource, reading: Reading) -> Mapping[str, Any]:
    attributes = reading.connections.attributes(resource)
    days = attributes.get("retention_in_days")
    # Zero keeps logs forever, as does none.
    return {"LogGroupName": attributes.text("name"), "RetentionInDays": days or None}


def _of_sampling(resource: TerraformResource, reading: Reading) -> Mapping[str, Any]:
    attributes = reading.connections.attributes(resource)
    marked = resource.unknown if isinstance(resource.unknown, Mapping) else {}
    values = {name: attributes.get(name) for name in {**resource.values, **marked}}
    found = terraform_properties(resource.type, values)
    return {} if found is None else found[1]


def _cluster(resource: TerraformResource, reading: Reading) -> Mapping[str, Any]:
    return {"ClusterName": reading.connections.attributes(resource).text("name")}


TYPES: Mapping[str, TerraformType] = {
    "aws_cloudwatch_log_group": TerraformType(
        becomes="AWS::Logs::LogGroup",
        properties=_log_group,
        attributes=("name", "retention_in_days"),
    ),
    "aws_ecs_cluster": TerraformType(
        becomes="AWS::ECS::Cluster", properties=_cluster, attributes=("name",)
    ),
    "aws_ecs_service": TerraformType(
        becomes="AWS::ECS::Service",
        properties=ecs.service,
        attributes=(
            "cluster",
            "desired_count",
            "launch_type",
            "name",
            "network_configuration",
            "placement_constraints",
            "scheduling_strategy",
            "service_connect_configuration",
            "task_definition",
        ),
    ),
    TASK_DEFINITION: TerraformType(
        becomes="AWS::ECS::TaskDefinition",
        properties=ecs.task_definition,
        attributes=(
            "container_definitions",
            "cpu",
            "execution_role_arn",
            "family",
            "memory",
            "network_mode",
            "placement_constraints",
            "proxy_configuration",
            "requires_compatibilities",
            "runtime_platform",
            "task_role_arn",
            "volume",
        ),
    ),
    MANAGED_POLICY: TerraformType(
        becomes="AWS::IAM::ManagedPolicy",
        properties=iam.managed_policy,
        attributes=("arn", "description", "name", "path", "policy"),
    ),
    "aws_iam_policy_attachment": TerraformType(
        becomes=ATTACHMENT,
        properties=iam.attachment(roles="roles", policies="policy_arn"),
        attributes=("policy_arn", "roles"),
    ),
    ROLE: TerraformType(
        becomes="AWS::IAM::Role",
        properties=iam.role,
        attributes=(
            "arn",
            "assume_role_policy",
            "inline_policy",
            "managed_policy_arns",
            "name",
            "path",
            "permissions_boundary",
        ),
    ),
    "aws_iam_role_policy": TerraformType(
        becomes="AWS::IAM::RolePolicy",
        properties=iam.role_policy,
        attributes=("name", "policy", "role"),
    ),
    ATTACHMENT: TerraformType(
        becomes=ATTACHMENT,
        properties=iam.attachment(roles="role", policies="policy_arn"),
        attributes=("policy_arn", "role"),
    ),
    "aws_iam_role_policy_attachments_exclusive": TerraformType(
        becomes=ATTACHMENT,
        properties=iam.attachment(roles="role_name", policies="policy_arns"),
        attributes=("policy_arns", "role_name"),
    ),
    "aws_xray_group": TerraformType(
        becomes=GROUP_TYPE,
        properties=_of_sampling,
        attributes=("filter_expression", "group_name", "insights_configuration"),
    ),
    "aws_xray_sampling_rule": TerraformType(
        becomes=RULE_TYPE, properties=_of_sampling, attributes=tuple(TERRAFORM_RULE)
    ),
}
"""By Terraform's name. Sources: the provider's documentation of each resource."""
