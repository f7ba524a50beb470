"""Asks the account whether the state still says how it is: what is there, and what drifted.

Only reads, with the clients that the caller opens: ``DescribeLogGroups``, ``GetRole``,
``ListAttachedRolePolicies``, ``GetRolePolicy``, ``GetPolicy``, ``GetPolicyVersion``,
``DescribeTaskDefinition``, ``DescribeServices``, ``GetSamplingRules`` and ``GetGroups``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from cdk_ecs_xray.adopt.comparison import differences
from cdk_ecs_xray.adopt.ecs_properties import described_service, described_task_definition
from cdk_ecs_xray.adopt.existing import (
    LOG_GROUP,
    LONGEST_SESSION,
    MANAGED_POLICY,
    ROLE,
    ROLE_POLICY,
    SAMPLING_RULE,
    SERVICE,
    TASK_DEFINITION,
    XRAY_GROUP,
    Existing,
)
from cdk_ecs_xray.adopt.plan import Adopted, Adoption, Standing
from cdk_ecs_xray.templates.stack_source import StackSource

Client = Callable[[str], Any]
"""Returns a client of boto3's for a service of AWS, in the region of a stack."""
_NOT_ASKED = ("Tags",)
_TASK_DEFINITION = "TaskDefinition"


def compared_with_account(
    adoption: Adoption, client_for: Callable[[StackSource], Client]
) -> Adoption:
    """Return an adoption that says of each resource how the account has it; tags are not asked."""
    return Adoption(
        stacks=[
            replace(
                plan,
                adopted=[_compared(one, client_for(plan.stack)) for one in plan.adopted],
            )
            for plan in adoption.stacks
        ]
    )


def _compared(one: Adopted, client: Client) -> Adopted:
    existing = one.existing
    described = _READERS[existing.kind](existing, client)
    if described is None:
        return replace(one, standing=Standing(is_there=False, drift=()))
    known = {name: value for name, value in existing.properties.items() if name not in _NOT_ASKED}
    if _TASK_DEFINITION in known:
        # Terraform has it by ARN, or by a family with or without its revision.
        ours, theirs = (str(of[_TASK_DEFINITION]).rpartition("/")[2] for of in (known, described))
        known[_TASK_DEFINITION] = ours
        described = {
            **described,
            _TASK_DEFINITION: theirs if ":" in ours else theirs.partition(":")[0],
        }
    drift = differences(replace(existing, properties=known), described)
    return replace(one, standing=Standing(is_there=True, drift=drift))


def _log_group(existing: Existing, client: Client) -> Mapping[str, Any] | None:
    pages = client("logs").get_paginator("describe_log_groups")
    found = _named(
        pages.paginate(logGroupNamePrefix=existing.name), "logGroups", "logGroupName", existing.name
    )
    if found is None:
        return None
    return {
        "LogGroupName": existing.name,
        "RetentionInDays": found.get("retentionInDays"),
        "KmsKeyId": found.get("kmsKeyId"),
    }


def _role(existing: Existing, client: Client) -> Mapping[str, Any] | None:
    iam = client("iam")
    try:
        role = iam.get_role(RoleName=existing.name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        return None
    found = {
        "RoleName": existing.name,
        "AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"],
        "Description": role.get("Description"),
        "Path": None if role["Path"] == "/" else role["Path"],
        "MaxSessionDuration": _unless_default(role.get("MaxSessionDuration")),
        "PermissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
    }
    if "ManagedPolicyArns" in existing.properties:
        # Newer versions of Terraform's provider keep the attachments elsewhere.
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=existing.name)
        found["ManagedPolicyArns"] = [
            policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]
        ]
    return found


def _unless_default(seconds: int | None) -> int | None:
    return None if seconds == LONGEST_SESSION else seconds


def _role_policy(existing: Existing, client: Client) -> Mapping[str, Any] | None:
    iam = client("iam")
    try:
        found = iam.get_role_policy(**existing.identifier)
    except iam.exceptions.NoSuchEntityException:
        return None
    return {**existing.identifier, "PolicyDocument": found["PolicyDocument"]}


def _managed_policy(existing: Existing, client: Client) -> Mapping[str, Any] | None:
    iam, arn = client("iam"), existing.identifier["PolicyArn"]
    try:
        policy = iam.get_policy(PolicyArn=arn)["Policy"]
        version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    except iam.exceptions.NoSuchEntityException:
        return None
    return {
        "ManagedPolicyName": policy["PolicyName"],
        "Description": policy.get("Description"),
        "Path": None if policy["Path"] == "/" else policy["Path"],
        "PolicyDocument": version["PolicyVersion"]["Document"],
    }


def _task_definition(existing: Existing, client: Client) -> Mapping[str, Any] | None:
    ecs = client("ecs")
    try:
        found = ecs.describe_task_definition(taskDefinition=existing.arn)["taskDefinition"]
    except ecs.exceptions.ClientException:
        return None
    return described_task_definition(found) if found["status"] == "ACTIVE" else None


def _service(existing: Existing, client: Client) -> Mapping[str, Any] | None:
    ecs = client("ecs")
    try:
        found = ecs.describe_services(
            cluster=existing.identifier["Cluster"], services=[existing.name]
        )["services"]
    except ecs.exceptions.ClusterNotFoundException:
        return None
    active = [service for service in found if service["status"] == "ACTIVE"]
    return described_service(active[0]) if active else None


def _sampling_rule(existing: Existing, client: Client) -> Mapping[str, Any] | None:
    pages = client("xray").get_paginator("get_sampling_rules").paginate()
    records = [record["SamplingRule"] for page in pages for record in page["SamplingRuleRecords"]]
    for rule in records:
        if rule.get("RuleName") == existing.name:
            known = {name: value for name, value in rule.items() if name != "RuleARN"}
            return {"SamplingRule": known}
    return None


def _group(existing: Existing, client: Client) -> Mapping[str, Any] | None:
    pages = client("xray").get_paginator("get_groups").paginate()
    found = _named(pages, "Groups", "GroupName", existing.name)
    if found is None:
        return None
    return {"GroupName": existing.name, "FilterExpression": found.get("FilterExpression")}


def _named(
    pages: Iterable[Mapping[str, Any]], listed: str, key: str, name: str
) -> Mapping[str, Any] | None:
    for page in pages:
        for one in page.get(listed, ()):
            if one.get(key) == name:
                found: Mapping[str, Any] = one
                return found
    return None


_READERS: Mapping[str, Callable[[Existing, Client], Mapping[str, Any] | None]] = {
    LOG_GROUP: _log_group,
    MANAGED_POLICY: _managed_policy,
    ROLE: _role,
    ROLE_POLICY: _role_policy,
    SAMPLING_RULE: _sampling_rule,
    SERVICE: _service,
    TASK_DEFINITION: _task_definition,
    XRAY_GROUP: _group,
}
