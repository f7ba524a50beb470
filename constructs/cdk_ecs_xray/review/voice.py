"""How a review speaks of what it reads: in the words of the tool that wrote it.

A rule asks for the word where tools differ, so that no sentence is rewritten afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cdk_ecs_xray.templates.model import TaskDefinition
from cdk_ecs_xray.templates.spelling import ATTACHMENT, api_name
from cdk_ecs_xray.templates.stack_source import Form, StackSource


@dataclass(frozen=True, kw_only=True)
class Voice:
    """The words of one tool.

    :param member: returns how a member of CloudFormation is spelled.
    :param property: likewise, of a resource of a type of CloudFormation.
    :param source: what was read.
    :param sources: likewise, where there may be several.
    :param later: when a value that is open is known.
    :param open_partition: how to write an ARN for every partition.
    :param expiring_group: how to make a log group that does not keep logs forever.
    :param apart: how two resources of one name get apart.
    :param plans: an open value is no expression that somebody wrote, but what is known later.
    :param reference: returns how a log group is referred to by its logical id.
    """

    member: Callable[[str], str]
    property: Callable[[str, str], str]
    source: str
    sources: str
    later: str
    open_partition: str
    expiring_group: str
    apart: str
    reference: Callable[[str], str]
    plans: bool = False


# Attributes of a resource; members of a container keep the API's spelling in its JSON.
_ATTRIBUTES: Mapping[str, str] = {
    "AlarmName": "alarm_name",
    "AssumeRolePolicyDocument": "assume_role_policy",
    "ClusterName": "name",
    "ContainerDefinitions": "container_definitions",
    "Cpu": "cpu",
    "DashboardName": "dashboard_name",
    "Description": "description",
    "DesiredCount": "desired_count",
    "ExecutionRoleArn": "execution_role_arn",
    "Family": "family",
    "FilterExpression": "filter_expression",
    "GroupName": "group_name",
    "InsightsConfiguration": "insights_configuration",
    "LaunchType": "launch_type",
    "LogGroupName": "name",
    "ManagedPolicyArns": "managed_policy_arns",
    "ManagedPolicyName": "name",
    "Memory": "memory",
    "NetworkConfiguration": "network_configuration",
    "NetworkMode": "network_mode",
    "Path": "path",
    "PermissionsBoundary": "permissions_boundary",
    "PlacementConstraints": "placement_constraints",
    "Policies": "inline_policy",
    "PolicyDocument": "policy",
    "PolicyName": "name",
    "ProxyConfiguration": "proxy_configuration",
    "RequiresCompatibilities": "requires_compatibilities",
    "RetentionInDays": "retention_in_days",
    "RoleName": "role",
    "Roles": "role",
    "RuleName": "rule_name",
    "RuntimePlatform": "runtime_platform",
    "SchedulingStrategy": "scheduling_strategy",
    "ServiceConnectConfiguration": "service_connect_configuration",
    "ServiceName": "name",
    "Subnets": "subnets",
    "TaskDefinition": "task_definition",
    "TaskRoleArn": "task_role_arn",
    "Volumes": "volume",
}


# Where one member is called otherwise on one type.
_OF_TYPES: Mapping[tuple[str, str], str] = {
    (ATTACHMENT, "ManagedPolicyArns"): "policy_arn",
    ("AWS::IAM::Role", "RoleName"): "name",
}


def _terraform_name(member: str) -> str:
    return _ATTRIBUTES.get(member, api_name(member))


def _as_it_is(_kind: str, member: str) -> str:
    return member


CLOUDFORMATION = Voice(
    member=str,
    property=_as_it_is,
    source="the template",
    sources="the templates",
    later="known at deployment only",
    open_partition="Write arn:${AWS::Partition}: with Fn::Sub.",
    expiring_group="Create the group in a template with RetentionInDays.",
    apart="give the stacks accounts or regions that differ",
    reference=str,
)
"""Of templates, whoever wrote them."""
_API = Voice(
    member=api_name,
    property=_as_it_is,
    source="the template",
    sources="the templates",
    later="known at deployment only",
    open_partition=CLOUDFORMATION.open_partition,
    expiring_group="Create the group in a template with retentionInDays.",
    apart=CLOUDFORMATION.apart,
    reference=str,
)
_TERRAFORM = Voice(
    member=_terraform_name,
    property=lambda kind, member: _OF_TYPES.get((kind, member), _terraform_name(member)),
    source="the plan or state",
    sources="the plan or state",
    later="known after apply",
    open_partition="Write arn:${data.aws_partition.current.partition}: in its place.",
    expiring_group="Create the group as an aws_cloudwatch_log_group with retention_in_days.",
    apart="give their providers accounts or regions that differ",
    reference=lambda address: f"{address}.name",
    plans=True,
)
_VOICES: Mapping[Form, Voice] = {
    "api": _API,
    "cdk": CLOUDFORMATION,
    "cloudformation": CLOUDFORMATION,
    "terraform": _TERRAFORM,
}


def voice_of(source: StackSource) -> Voice:
    """Return the voice for what a stack was read from."""
    return _VOICES[source.form]


def voice_for(task: TaskDefinition) -> Voice:
    """Return the voice for a task definition."""
    return voice_of(task.stack)
