"""What a collector may do in IAM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_ecs_xray.collectors.write_access import WRITE_ACCESS_SID, WRITE_ACTIONS


def grant_write_traces(
    grantee: iam.IGrantable, *, actions: Sequence[str] = WRITE_ACTIONS
) -> iam.Grant:
    """Let a task role send traces and ask for sampling decisions.

    Grants X-Ray actions on ``*``: none of them takes a resource. They belong on the **task
    role**, which the collector runs with, not on the execution role, which only pulls images
    and writes logs. Granting twice leaves one statement in the policy.

    :param grantee: a role or anything that has one, such as ``task_definition.task_role``.
    :param actions: the five that every collector needs, unless it says otherwise.
    :returns: the grant; ``success`` is False for a role that CDK cannot change, such as one
        imported with ``mutable=False``, whose owner then has to add the statement.
    """
    grant = iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=["*"])
    if not _was_added(grantee):
        return iam.Grant.drop(grantee, "write traces")
    for statement in grant.principal_statements:
        statement.sid = WRITE_ACCESS_SID
    return grant


def grant_assume(grantee: iam.IGrantable, role_arn: str) -> iam.Grant:
    """Let a task role assume the role that a collector sends with.

    Grants ``sts:AssumeRole`` on that role, which has to trust the task role in turn.
    """
    grant = iam.Grant.add_to_principal(
        grantee=grantee, actions=["sts:AssumeRole"], resource_arns=[role_arn]
    )
    return grant if _was_added(grantee) else iam.Grant.drop(grantee, "assume a role")


def _was_added(grantee: iam.IGrantable) -> bool:
    """Whether the grantee has a policy for what was granted.

    CDK reports success for a role that was imported as immutable, and adds nothing.
    """
    if isinstance(grantee, iam.Role):
        # One of this app, which an imported role is not: no need to ask.
        return True
    principal: Any = grantee.grant_principal
    return not Construct.is_construct(principal) or any(
        isinstance(child, iam.Policy) for child in principal.node.children
    )
