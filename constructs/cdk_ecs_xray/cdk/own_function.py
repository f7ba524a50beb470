"""The Lambda function behind a custom resource of this package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

Statement = tuple[str, Sequence[str], Sequence[str]]
"""Sid, actions and resources."""


def own_function(
    scope: Construct,
    *,
    handler: Path,
    description: str,
    may: str,
    statements: Sequence[Statement],
    timeout: Duration,
) -> lambda_.Function:
    """Provision a function with its code in the template, a role of its own and a log group.

    Costs nothing measurable: it runs when the custom resource changes. Its log is kept a week.

    :param handler: a file of at most 4096 characters.
    :param may: what the role is for.
    """
    log_group = logs.LogGroup(
        scope, "Log", retention=logs.RetentionDays.ONE_WEEK, removal_policy=RemovalPolicy.DESTROY
    )
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=may,
    )
    write = ("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn])
    for sid, actions, resources in (*statements, write):
        role.add_to_policy(
            iam.PolicyStatement(sid=sid, actions=list(actions), resources=list(resources))
        )
    function = lambda_.Function(
        scope,
        "Function",
        description=description,
        runtime=lambda_.Runtime.PYTHON_3_14,
        handler="index.handler",
        code=lambda_.Code.from_inline(handler.read_text(encoding="utf-8")),
        timeout=timeout,
        role=role,
        log_group=log_group,
    )
    # CDK orders a function after its role, which the reference to it does already.
    function.node.default_child.add_metadata(  # type: ignore[union-attr]
        "cfn-lint", {"config": {"ignore_checks": ["W3005"]}}
    )
    return function
