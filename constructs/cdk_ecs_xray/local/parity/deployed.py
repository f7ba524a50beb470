"""Reads a deployed service back, as the AWS APIs describe it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.collectors.write_access import WRITE_ACCESS_SID
from cdk_ecs_xray.errors import LocalAwsError, Problem
from cdk_ecs_xray.local.parity.fields import Fields, container_fields
from cdk_ecs_xray.plan.network import XRAY_PORT

if TYPE_CHECKING:
    import boto3

    Container = Mapping[str, Any]

# What describe_task_definition has of a registration rather than of the task.
_REGISTRATION = {
    "taskDefinitionArn",
    "containerDefinitions",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
}


def read_deployed(session: boto3.Session, *, stack_name: str) -> Fields:
    """Return a service's resources by field, read from CloudFormation, ECS, IAM and Logs.

    :raises LocalAwsError: when the stack holds no ECS service with a sidecar.
    """
    stack = _Stack.read(session, stack_name)
    service = _describe_service(session, stack.physical_id("AWS::ECS::Service"))
    definition = _describe_task_definition(session, service["taskDefinition"])
    app, sidecar = _app_and_sidecar(definition, stack_name)
    group_name = sidecar.get("logConfiguration", {}).get("options", {}).get("awslogs-group")
    return {
        **_log_group(session, group_name),
        **_policy(session, definition),
        **_service(service, stack, group_name),
        **container_fields(
            "task definition",
            {key: value for key, value in definition.items() if key not in _REGISTRATION},
        ),
        **container_fields("app", app),
        **container_fields("sidecar", sidecar),
    }


@dataclass(frozen=True, kw_only=True)
class _Stack:
    name: str
    template: Mapping[str, Any]
    resources: Sequence[Any]

    @classmethod
    def read(cls, session: boto3.Session, name: str) -> _Stack:
        cloudformation = session.client("cloudformation")
        body: Any = cloudformation.get_template(StackName=name)["TemplateBody"]
        paginator = cloudformation.get_paginator("list_stack_resources")
        return cls(
            name=name,
            template=json.loads(body) if isinstance(body, str) else body,
            resources=[
                resource
                for page in paginator.paginate(StackName=name)
                for resource in page["StackResourceSummaries"]
            ],
        )

    def physical_id(self, kind: str) -> str:
        for resource in self.resources:
            if resource["ResourceType"] == kind:
                return str(resource["PhysicalResourceId"])
        raise LocalAwsError(
            Problem(where=f"stack {self.name}", what=f"{kind} not found", fix="Deploy it again.")
        )

    def dependencies(self, kind: str) -> Iterator[tuple[str, str]]:
        """Yield type and physical id of what the one resource of a kind depends on."""
        (resource,) = (
            resource for resource in self.template["Resources"].values() if resource["Type"] == kind
        )
        depends_on = resource.get("DependsOn", [])
        names = [depends_on] if isinstance(depends_on, str) else depends_on
        for known in self.resources:
            if known["LogicalResourceId"] in names:
                yield known["ResourceType"], known["PhysicalResourceId"]


def _describe_service(session: boto3.Session, arn: str) -> Mapping[str, Any]:
    cluster = arn.split("/")[-2]
    (service,) = session.client("ecs").describe_services(cluster=cluster, services=[arn])[
        "services"
    ]
    return service


def _describe_task_definition(session: boto3.Session, arn: str) -> Mapping[str, Any]:
    return session.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]


def _app_and_sidecar(definition: Mapping[str, Any], stack_name: str) -> tuple[Container, Container]:
    containers = definition["containerDefinitions"]
    sidecars = [container for container in containers if _takes_segments(container)]
    apps = [container for container in containers if not _takes_segments(container)]
    if len(sidecars) != 1 or not apps:
        raise LocalAwsError(
            Problem(
                where=f"stack {stack_name}",
                what=f"must hold an app and one container with port {XRAY_PORT}/udp",
                got=", ".join(container["name"] for container in containers),
                fix="Deploy it again.",
            )
        )
    return apps[0], sidecars[0]


def _takes_segments(container: Container) -> bool:
    return any(
        port.get("containerPort") == XRAY_PORT and port.get("protocol") == "udp"
        for port in container.get("portMappings", [])
    )


def _log_group(session: boto3.Session, name: str | None) -> Fields:
    if name is None:
        return {}
    logs = session.client("logs")
    for group in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
        if group["logGroupName"] == name:
            retention = group.get("retentionInDays")
            fields: Fields = {"log group.name": name}
            return (
                fields if retention is None else {**fields, "log group.retentionInDays": retention}
            )
    return {}


def _policy(session: boto3.Session, definition: Mapping[str, Any]) -> Fields:
    for label, key in (("task role", "taskRoleArn"), ("execution role", "executionRoleArn")):
        for statement in _statements(session, definition.get(key)):
            if statement.get("Sid") == WRITE_ACCESS_SID:
                listed = {
                    field: [value]
                    if field in ("Action", "Resource") and isinstance(value, str)
                    else value
                    for field, value in statement.items()
                }
                return {
                    **{f"policy.{field}": value for field, value in listed.items()},
                    "policy.attached to": label,
                }
    return {}


def _statements(session: boto3.Session, role_arn: str | None) -> Iterator[Mapping[str, Any]]:
    if role_arn is None:
        return
    iam = session.client("iam")
    role = role_arn.rpartition("/")[2]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document: Any = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        yield from document["Statement"]


def _service(service: Mapping[str, Any], stack: _Stack, log_group: str | None) -> Fields:
    labels = {("AWS::Logs::LogGroup", log_group): "log group"}
    depends_on = {
        "policy" if kind == "AWS::IAM::Policy" else labels.get((kind, physical_id))
        for kind, physical_id in stack.dependencies("AWS::ECS::Service")
    }
    return {
        "service.launchType": service.get("launchType"),
        "service.depends_on": sorted(label for label in depends_on if label is not None),
        "service.serviceName": service["serviceName"],
        "service.desiredCount": service["desiredCount"],
    }
