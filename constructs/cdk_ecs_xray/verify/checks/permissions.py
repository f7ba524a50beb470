"""Whether the task role of every collector may send traces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.write_access import write_actions
from cdk_ecs_xray.templates.grants import PolicyStatement, all_of, allowed, statements_in
from cdk_ecs_xray.verify.absence import absent
from cdk_ecs_xray.verify.check import Answer, Check, failed, not_checked, ok
from cdk_ecs_xray.verify.connection import is_refused
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.traced_service import TracedService


def _look(deployment: Deployment) -> Iterator[Answer]:
    for service in deployment.services:
        if service.collectors or service.sends_spans:
            yield _answer(deployment, service)


def _answer(deployment: Deployment, service: TracedService) -> Answer:
    running = deployment.running_definition(service)
    if running is None:
        return absent(deployment, service)
    arn = running.get("taskRoleArn", "")
    if arn == "":
        return failed(
            f"task definition of {service.name}",
            "has no task role, so its collector has no credentials of its own",
            fix="Give it a task role. The execution role is for pulling images and for logs.",
        )
    name = arn.rpartition("/")[2]
    iam = deployment.client("iam", service.region)
    needed = write_actions(spans=service.sends_spans)
    try:
        answers, how = _simulated(iam, arn, needed), "as IAM simulates it"
    except iam.exceptions.NoSuchEntityException:
        return failed(f"task role {name}", "is not there", fix="Deploy its stack again.")
    except iam.exceptions.ClientError as error:
        if not is_refused(error):
            raise
        answers, how = (
            _read(iam, name, needed),
            "as its policies say; organization policies are not read",
        )
    return _judged(iam, f"task role {name}", answers, how, running.get("executionRoleArn", ""))


def _judged(
    iam: Any, subject: str, answers: Mapping[str, bool | None], how: str, execution_role: str
) -> Answer:
    missing = [action for action, answer in answers.items() if answer is False]
    if missing:
        misplaced = execution_role != "" and _may_send(iam, execution_role, tuple(answers))
        grant = f"allow it {', '.join(answers)} on *, or deploy its stack again."
        return failed(
            subject,
            f"may not {', '.join(missing)}, {how}",
            fix=f"Its execution role may, which a collector does not run with: {grant}"
            if misplaced
            else f"{grant[:1].upper()}{grant[1:]}",
        )
    open_ones = [action for action, answer in answers.items() if answer is None]
    if open_ones:
        return not_checked(
            subject,
            f"may {', '.join(open_ones)} under conditions, {how}",
            fix="Check the conditions of its policies: they are not evaluated here.",
        )
    return ok(subject, f"may send traces and ask for sampling rules, {how}")


def _simulated(iam: Any, arn: str, needed: Sequence[str]) -> Mapping[str, bool | None]:
    """Return what IAM would allow; None where that depends on what a request brings along."""
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(needed))
    found = {result["EvalActionName"]: _decision(result) for result in answer["EvaluationResults"]}
    return {action: found[action] for action in needed if action in found}


def _decision(result: Mapping[str, Any]) -> bool | None:
    if result["EvalDecision"] == "allowed":
        return True
    return None if result.get("MissingContextValues") else False


def _read(iam: Any, role: str, needed: Sequence[str]) -> Mapping[str, bool | None]:
    """Return what the policies of a role allow, for who may not simulate."""
    limits: list[Sequence[PolicyStatement]] = [_statements_of_role(iam, role)]
    boundary = iam.get_role(RoleName=role)["Role"].get("PermissionsBoundary")
    if boundary is not None:
        limits.append(_managed(iam, boundary["PermissionsBoundaryArn"]))
    return {action: all_of(*(allowed(action, limit) for limit in limits)) for action in needed}


def _statements_of_role(iam: Any, role: str) -> list[PolicyStatement]:
    found: list[PolicyStatement] = []
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            policy = iam.get_role_policy(RoleName=role, PolicyName=name)
            found += statements_in(policy["PolicyDocument"]) or ()
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for attached in page["AttachedPolicies"]:
            found += _managed(iam, attached["PolicyArn"])
    return found


def _managed(iam: Any, arn: str) -> Sequence[PolicyStatement]:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    policy = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    return statements_in(policy["Document"]) or ()


def _may_send(iam: Any, execution_role: str, needed: Sequence[str]) -> bool:
    """Whether the execution role holds what was meant for the task role; a hint, so no failure."""
    try:
        answers = _read(iam, execution_role.rpartition("/")[2], needed)
    except iam.exceptions.ClientError:
        return False
    return all_of(*answers.values()) is True


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
