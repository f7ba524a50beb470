"""What a collector may do in IAM."""

from __future__ import annotations

from aws_cdk import aws_iam as iam

from cdk_ecs_xray.collectors.write_access import WRITE_ACCESS_SID, WRITE_ACTIONS


def grant_write_traces(grantee: iam.IGrantable) -> iam.Grant:
    """Let a task role send traces and ask for sampling decisions.

    Grants five X-Ray actions on ``*``: none of them takes a resource. They belong on the **task
    role**, which the collector runs with, not on the execution role, which only pulls images
    and writes logs. Granting twice leaves one statement in the policy.

    :param grantee: a role or anything that has one, such as ``task_definition.task_role``.
    :returns: the grant; ``success`` is False for a role that CDK cannot change, such as one
        imported with ``mutable=False``, whose owner then has to add the statement.
    """
    grant = iam.Grant.add_to_principal(
        grantee=grantee, actions=list(WRITE_ACTIONS), resource_arns=["*"]
    )
    for statement in grant.principal_statements:
        statement.sid = WRITE_ACCESS_SID
    return grant
