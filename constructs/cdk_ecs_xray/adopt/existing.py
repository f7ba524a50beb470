"""Says what a resource of Terraform's is for CloudFormation: type, identifier, properties.

Sources: the provider's documentation for the attributes, the template reference for the properties,
and each schema's ``primaryIdentifier``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.adopt.ecs_properties import service_properties, task_definition_properties
from cdk_ecs_xray.adopt.state import StateResource
from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.sampling.importing import TERRAFORM_RULE

LOG_GROUP = "AWS::Logs::LogGroup"
MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
ROLE = "AWS::IAM::Role"
ROLE_POLICY = "AWS::IAM::RolePolicy"
SAMPLING_RULE = "AWS::XRay::SamplingRule"
SERVICE = "AWS::ECS::Service"
TASK_DEFINITION = "AWS::ECS::TaskDefinition"
XRAY_GROUP = "AWS::XRay::Group"

CREATE_ONLY: Mapping[str, Sequence[str]] = {
    LOG_GROUP: ("LogGroupName",),
    MANAGED_POLICY: ("ManagedPolicyName", "Description", "Path"),
    ROLE: ("RoleName", "Path"),
    ROLE_POLICY: ("PolicyName", "RoleName"),
    SAMPLING_RULE: ("SamplingRule.RuleName", "SamplingRule.Version"),
    SERVICE: ("Cluster", "LaunchType", "Role", "SchedulingStrategy", "ServiceName"),
    XRAY_GROUP: ("GroupName",),
}
"""What only a replacement changes; a task definition gets a new revision for any change."""

LONGEST_SESSION = 3600
"""What IAM sets, in seconds, where a role says nothing."""


@dataclass(frozen=True, kw_only=True)
class Existing:
    """A resource that exists, as CloudFormation would describe it.

    :param name: what it is matched by: its physical name, or a task definition's family.
    :param identifier: what ``cdk import`` asks for.
    :param hidden: the properties that hold a value which the state marks as sensitive.
    """

    address: str
    kind: str
    name: str
    arn: str | None
    identifier: Mapping[str, str]
    properties: Mapping[str, Any]
    hidden: frozenset[str]


def existing_resources(state: Sequence[StateResource]) -> Sequence[Existing]:
    """Return what CloudFormation can describe; the rest of the state stays with Terraform."""
    found = []
    for resource in state:
        read = _READERS.get(resource.kind)
        existing = None if read is None else read(resource)
        if existing is not None:
            found.append(existing)
    return found


def left_policies(state: Sequence[StateResource], role: str) -> Iterator[StateResource]:
    """Yield the inline policies that Terraform put into a role.

    CloudFormation imports a role without them, and they go on allowing what they allow.
    """
    for resource in state:
        if resource.kind == "aws_iam_role_policy" and resource.text("role") == role:
            yield resource


def _log_group(resource: StateResource) -> Existing | None:
    name = resource.text("name")
    if name is None:
        return None
    # 0 is how Terraform says that nothing expires.
    properties = {
        "LogGroupName": name,
        "RetentionInDays": resource.attributes.get("retention_in_days") or None,
        "KmsKeyId": resource.text("kms_key_id"),
        "Tags": _tags(resource),
    }
    return _existing(resource, LOG_GROUP, name, {"LogGroupName": name}, properties)


def _role(resource: StateResource) -> Existing | None:
    name = resource.text("name")
    if name is None:
        return None
    path, longest = resource.text("path"), resource.attributes.get("max_session_duration")
    properties = {
        "RoleName": name,
        "AssumeRolePolicyDocument": _document(resource, "assume_role_policy"),
        "Description": resource.text("description"),
        "Path": None if path == "/" else path,
        "MaxSessionDuration": None if longest == LONGEST_SESSION else longest,
        "PermissionsBoundary": resource.text("permissions_boundary"),
        "ManagedPolicyArns": resource.texts("managed_policy_arns") or None,
        "Tags": _tags(resource),
    }
    return _existing(resource, ROLE, name, {"RoleName": name}, properties)


def _role_policy(resource: StateResource) -> Existing | None:
    name, role = resource.text("name"), resource.text("role")
    if name is None or role is None:
        return None
    identifier = {"PolicyName": name, "RoleName": role}
    properties = {**identifier, "PolicyDocument": _document(resource, "policy")}
    return _existing(resource, ROLE_POLICY, f"{name}|{role}", identifier, properties)


def _managed_policy(resource: StateResource) -> Existing | None:
    name, arn = resource.text("name"), resource.text("arn")
    if name is None or arn is None:
        return None
    path = resource.text("path")
    properties = {
        "ManagedPolicyName": name,
        "Description": resource.text("description"),
        "Path": None if path == "/" else path,
        "PolicyDocument": _document(resource, "policy"),
    }
    return _existing(resource, MANAGED_POLICY, name, {"PolicyArn": arn}, properties)


def _task_definition(resource: StateResource) -> Existing | None:
    family, arn = resource.text("family"), resource.text("arn")
    if family is None or arn is None:
        return None
    properties = {**task_definition_properties(resource), "Tags": _tags(resource)}
    return _existing(resource, TASK_DEFINITION, family, {"TaskDefinitionArn": arn}, properties)


def _service(resource: StateResource) -> Existing | None:
    name, arn, cluster = resource.text("name"), resource.text("id"), resource.text("cluster")
    if name is None or arn is None or cluster is None:
        return None
    properties = {**service_properties(resource), "Tags": _tags(resource)}
    identifier = {"ServiceArn": arn, "Cluster": cluster.rpartition("/")[2]}
    return _existing(resource, SERVICE, name, identifier, properties)


def _sampling_rule(resource: StateResource) -> Existing | None:
    name, arn = resource.text("rule_name"), resource.text("arn")
    if name is None or arn is None:
        return None
    rule = {
        member: resource.attributes[attribute]
        for attribute, member in TERRAFORM_RULE.items()
        if resource.attributes.get(attribute) not in (None, {})
    }
    properties = {"SamplingRule": rule, "Tags": _tags(resource)}
    return _existing(resource, SAMPLING_RULE, name, {"RuleARN": arn}, properties)


def _group(resource: StateResource) -> Existing | None:
    name, arn = resource.text("group_name"), resource.text("arn")
    if name is None or arn is None:
        return None
    properties = {
        "GroupName": name,
        "FilterExpression": resource.text("filter_expression"),
        "Tags": _tags(resource),
    }
    return _existing(resource, XRAY_GROUP, name, {"GroupARN": arn}, properties)


_READERS: Mapping[str, Callable[[StateResource], Existing | None]] = {
    "aws_cloudwatch_log_group": _log_group,
    "aws_ecs_service": _service,
    "aws_ecs_task_definition": _task_definition,
    "aws_iam_policy": _managed_policy,
    "aws_iam_role": _role,
    "aws_iam_role_policy": _role_policy,
    "aws_xray_group": _group,
    "aws_xray_sampling_rule": _sampling_rule,
}
_HIDDEN: Mapping[str, str] = {
    "assume_role_policy": "AssumeRolePolicyDocument",
    "container_definitions": "ContainerDefinitions",
    "policy": "PolicyDocument",
    "tags": "Tags",
    "tags_all": "Tags",
}


def _existing(
    resource: StateResource,
    kind: str,
    name: str,
    identifier: Mapping[str, str],
    properties: Mapping[str, Any],
) -> Existing:
    hidden = {_HIDDEN.get(name, _capital(name)) for name in resource.sensitive}
    return Existing(
        address=resource.address,
        kind=kind,
        name=name,
        arn=resource.text("arn") or resource.text("id"),
        identifier=identifier,
        properties={key: value for key, value in properties.items() if value not in (None, [], {})},
        hidden=frozenset(hidden),
    )


def _document(resource: StateResource, name: str) -> Any:
    text = resource.text(name)
    document = None if text is None else json_or_none(text)
    return text if document is None else document


def _tags(resource: StateResource) -> list[dict[str, str]] | None:
    tags = resource.attributes.get("tags_all") or resource.attributes.get("tags")
    if not isinstance(tags, Mapping):
        return None
    return [{"Key": str(key), "Value": str(value)} for key, value in sorted(tags.items())]


def _capital(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
