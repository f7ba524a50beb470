"""What a collector may do in IAM."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Annotations, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_ecs_xray.collectors.description import CollectorContainer
from cdk_ecs_xray.collectors.write_access import WRITE_ACCESS_SID, WRITE_ACTIONS, log_needs
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.execution import Place
from cdk_ecs_xray.templates.grants import allowed, managed_policy_allows, statements_in
from cdk_ecs_xray.templates.intrinsics import Resolver


def grant_write_traces(
    grantee: iam.IGrantable, *, actions: Sequence[str] = WRITE_ACTIONS
) -> iam.Grant:
    """Let a task role send traces and ask for sampling decisions.

    Grants X-Ray actions on ``*``: none of them takes a resource. They belong on the **task
    role**, which the collector runs with, not on the execution role, which only pulls images
    and writes logs. Granting twice leaves one statement in the policy.

    :param grantee: a role or anything that has one, such as ``task_definition.task_role``.
    :param actions: the five that every collector needs, unless it names others.
    :returns: the grant; ``success`` is False for a role that CDK cannot change, such as one
        imported with ``mutable=False``, whose owner then has to add the statement.
    """
    grant = iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=["*"])
    if not _was_added(grantee, actions):
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
    return (
        grant
        if _was_added(grantee, ["sts:AssumeRole"])
        else iam.Grant.drop(grantee, "assume a role")
    )


def grant_log_group(scope: Construct, grantee: iam.IGrantable, name: str) -> iam.Grant:
    """Let a task role create a log group in a scope's region and write to it."""
    stack = Stack.of(scope)
    place = Place(partition=stack.partition, region=stack.region, account=stack.account)
    (need,) = log_needs([name], place)
    grant = iam.Grant.add_to_principal(
        grantee=grantee, actions=list(need.actions), resource_arns=list(need.resources)
    )
    added = _was_added(grantee, need.actions)
    return grant if added else iam.Grant.drop(grantee, "write to a log group")


def grant_collector(
    scope: Construct, task_role: iam.IRole, description: CollectorContainer
) -> iam.Grant:
    """Grant a task role what its collector needs, with a warning where CDK cannot.

    :param scope: what warnings name.
    """
    grant = grant_write_traces(task_role, actions=description.actions)
    if description.assumes_role is not None:
        grant = grant.combine(grant_assume(task_role, description.assumes_role))
    for group in description.written_log_groups:
        grant = grant.combine(grant_log_group(scope, task_role, group))
    bounded = boundary_problem(task_role, description.actions)
    if bounded is not None:
        Annotations.of(scope).add_warning_v2("ecs-xray:permissions-boundary", str(bounded))
    if not grant.success:
        problem = Problem(
            where=scope.node.path,
            what=f"the task role must allow {', '.join(description.actions)}, and CDK cannot "
            "change it",
            fix="Add the actions where the role is defined.",
        )
        Annotations.of(scope).add_warning_v2("ecs-xray:task-role-not-changed", str(problem))
    return grant


def boundary_problem(role: iam.IRole, actions: Sequence[str]) -> Problem | None:
    """Return what a role's permissions boundary must allow, where it is not known to do so.

    One that an aspect sets shows in the finished template: :func:`late_boundary_problem`.
    """
    boundary = role.permissions_boundary if isinstance(role, iam.Role) else None
    if boundary is None:
        return None
    refused = [action for action in actions if _boundary_allows(boundary, action) is not True]
    return _outside_boundary(role, refused)


def late_boundary_problem(
    role: iam.Role, actions: Sequence[str], boundary: object, resources: Mapping[str, Any]
) -> Problem | None:
    """Return the same for a boundary that the role got after it was made.

    ``PermissionsBoundary.of`` and the context of cdk.json set one by an aspect.

    :param boundary: as the finished template has it.
    :param resources: of that template.
    """
    if boundary is None or role.permissions_boundary is not None:
        return None
    resolver = Resolver.alone()
    named = resources.get(str(boundary.get("Ref"))) if isinstance(boundary, Mapping) else None
    if isinstance(named, Mapping):
        properties = named.get("Properties")
        document = properties.get("PolicyDocument") if isinstance(properties, Mapping) else None
        statements = statements_in(resolver.resolve(document))
        refused = [
            action
            for action in actions
            if statements is None or allowed(action, statements) is not True
        ]
    else:
        arn = str(resolver.resolve(boundary))
        refused = [action for action in actions if managed_policy_allows(arn, action) is not True]
    return _outside_boundary(role, refused)


def _outside_boundary(role: iam.IRole, refused: Sequence[str]) -> Problem | None:
    if not refused:
        return None
    return Problem(
        where=role.node.path,
        what=f"the role's permissions boundary must allow {', '.join(refused)} on '*'",
        got="one that does not, or cannot be read",
        fix="Add the actions to the boundary. A role may only do what its boundary allows too.",
    )


def _boundary_allows(boundary: iam.IManagedPolicy, action: str) -> bool | None:
    if isinstance(boundary, iam.ManagedPolicy):
        document = Stack.of(boundary).resolve(boundary.document.to_json())
        statements = statements_in(document)
        return None if statements is None else allowed(action, statements)
    return managed_policy_allows(boundary.managed_policy_arn, action)


def _was_added(grantee: iam.IGrantable, actions: Sequence[str]) -> bool:
    """Whether the grantee has a policy for what was granted.

    CDK reports success for a role that was imported as immutable, and adds nothing.
    """
    if isinstance(grantee, iam.Role):
        # One of this app, which an imported role is not: no need to ask.
        return True
    principal: Any = grantee.grant_principal
    if not Construct.is_construct(principal):
        return True
    # A role without policy updates shares its children with the role it was made from, whose
    # policies hold other things.
    return any(
        isinstance(child, iam.Policy) and action in json.dumps(child.document.to_json())
        for child in principal.node.children
        for action in actions[:1]
    )
