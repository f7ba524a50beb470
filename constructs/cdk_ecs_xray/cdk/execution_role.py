"""What the execution role may for the collector, wherever that role is and whoever passes it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Annotations, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_ecs_xray.cdk.image_pull import acknowledge_pull, is_private, pull_statements
from cdk_ecs_xray.cdk.runners import let_runners_pass
from cdk_ecs_xray.errors import Problem

_POLICY_ID = "ExecutionRolePolicy"


def is_own(role: iam.IRole | None, scope: Construct) -> bool:
    """Return whether a role can hold what a stack's own resources are named in.

    A role of another stack cannot: its policy would need that stack, which already needs it. An
    imported one may not be changed at all.
    """
    return role is None or (
        isinstance(role, iam.Role) and Stack.of(role).node.path == Stack.of(scope).node.path
    )


def grant_execution(
    scope: Construct, role: iam.IRole, statements: Sequence[iam.PolicyStatement]
) -> None:
    """Allow the execution role something, in the task's own stack; warn where CDK cannot.

    :param scope: owns the policy of a role that is not this stack's own.
    """
    if not statements:
        return
    if is_own(role, scope):
        for statement in statements:
            role.add_to_principal_policy(statement)
        return
    there = scope.node.try_find_child(_POLICY_ID)
    if isinstance(there, iam.Policy):
        there.add_statements(*statements)
        return
    policy = iam.Policy(scope, _POLICY_ID, statements=list(statements))
    role.attach_inline_policy(policy)
    if _is_attached(policy):
        return
    # A policy of nobody is not part of the template; its construct would only look as if it were.
    scope.node.try_remove_child(_POLICY_ID)
    Annotations.of(scope).add_warning_v2(
        "ecs-xray:execution-role-not-changed",
        str(
            Problem(
                where=scope.node.path,
                what=f"the execution role must allow {'; '.join(map(_shown, statements))}, and CDK "
                "cannot change it",
                fix="Add that where the role is defined. The task cannot start without it.",
            )
        ),
    )


def complete_execution_role(task_definition: ecs.TaskDefinition, *, collector: str) -> None:
    """Let an execution role that tracing has just added do what the task did without one.

    The instance's role pulled images and whatever runs the task had one role to pass. CDK itself
    grants what secrets, log drivers and files of the environment need.

    :param collector: the sidecar's name, whose image has been seen to.
    """
    role = task_definition.execution_role
    if role is None:
        return
    stack = Stack.of(task_definition)
    for child in task_definition.node.children:
        if (
            isinstance(child, ecs.ContainerDefinition)
            and is_private(child.image_name)
            and child.container_name != collector
        ):
            for statement in pull_statements(stack, child.image_name, through_cache=False):
                role.add_to_principal_policy(statement)
            acknowledge_pull(child)
    let_runners_pass(task_definition, role)


def _is_attached(policy: iam.Policy) -> bool:
    # An immutable role takes the policy and does nothing.
    resource = policy.node.default_child
    return isinstance(resource, iam.CfnPolicy) and bool(Stack.of(policy).resolve(resource.roles))


def _shown(statement: iam.PolicyStatement) -> str:
    # What has its value only at deployment cannot be shown.
    resources = [resource for resource in statement.resources if "${Token" not in resource]
    return f"{', '.join(statement.actions)} on {', '.join(resources) or 'its log group or image'}"
