"""Whether the task role of every collector may send traces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cdk_ecs_xray.collectors.write_access import WRITE_ACTIONS
from cdk_ecs_xray.verify.check import Answer, Check, failed, ok
from cdk_ecs_xray.verify.connection import is_refused
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.policies import Statement, allowed, statements_of
from cdk_ecs_xray.verify.traced_service import TracedService

_GRANT = f"allow it {', '.join(WRITE_ACTIONS)} on *, or deploy its stack again"


def _look(deployment: Deployment) -> Iterator[Answer]:
    for service in deployment.services:
        if service.collectors:
            yield _answer(deployment, service)


def _answer(deployment: Deployment, service: TracedService) -> Answer:
    running = deployment.running_definition(service)
    if running is None:
        return failed(f"service {service.name}", "is not there", fix="Deploy its stack again.")
    arn = running.get("taskRoleArn", "")
    if arn == "":
        return failed(
            f"task definition of {service.name}",
            "has no task role, so its collector has no credentials of its own",
            fix="Give it a task role. The execution role is for pulling images and for logs.",
        )
    name = arn.rpartition("/")[2]
    iam = deployment.client("iam", service.region)
    try:
        missing, how = _simulated(iam, arn), "as IAM simulates it"
    except iam.exceptions.NoSuchEntityException:
        return failed(f"task role {name}", "is not there", fix="Deploy its stack again.")
    except iam.exceptions.ClientError as error:
        if not is_refused(error):
            raise
        missing, how = _read(iam, name), "as its policies say; organisation policies are not read"
    if not missing:
        return ok(f"task role {name}", f"may send traces and ask for sampling rules, {how}")
    execution = running.get("executionRoleArn", "")
    misplaced = execution != "" and _may_send(iam, execution)
    return failed(
        f"task role {name}",
        f"may not {', '.join(missing)}, {how}",
        fix=f"Its execution role may, which a collector does not run with: {_GRANT}."
        if misplaced
        else _GRANT,
    )


def _simulated(iam: Any, arn: str) -> Sequence[str]:
    """Return the actions that IAM would not allow."""
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(WRITE_ACTIONS))
    return [
        one["EvalActionName"]
        for one in answer["EvaluationResults"]
        if one["EvalDecision"] != "allowed"
    ]


def _read(iam: Any, role: str) -> Sequence[str]:
    """Return the actions that the policies of a role do not allow, for who may not simulate."""
    limits = [_statements_of_role(iam, role)]
    boundary = iam.get_role(RoleName=role)["Role"].get("PermissionsBoundary")
    if boundary is not None:
        limits.append(_managed(iam, boundary["PermissionsBoundaryArn"]))
    return [one for one in WRITE_ACTIONS if not all(allowed(one, limit) for limit in limits)]


def _statements_of_role(iam: Any, role: str) -> list[Statement]:
    found: list[Statement] = []
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            policy = iam.get_role_policy(RoleName=role, PolicyName=name)
            found += statements_of(policy["PolicyDocument"])
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for attached in page["AttachedPolicies"]:
            found += _managed(iam, attached["PolicyArn"])
    return found


def _managed(iam: Any, arn: str) -> list[Statement]:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    policy = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    return list(statements_of(policy["Document"]))


def _may_send(iam: Any, execution_role: str) -> bool:
    """Whether the execution role holds what was meant for the task role; a hint, so no failure."""
    try:
        return not _read(iam, execution_role.rpartition("/")[2])
    except iam.exceptions.ClientError:
        return False


PERMISSIONS = Check(
    check_id="permissions",
    needs=(
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
        "iam:SimulatePrincipalPolicy",
        "iam:GetRole",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
    ),
    look=_look,
)
