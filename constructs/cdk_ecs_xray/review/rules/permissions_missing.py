"""Without the permission X-Ray refuses every batch, and only the collector's log says so."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import POLICIES
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.grants import PUT
from cdk_ecs_xray.templates.model import Role, TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    execution = task.execution_role
    if not task.is_traced or (isinstance(execution, Role) and execution.allows(PUT) is True):
        return
    for role in task.task_roles:
        if not isinstance(role, Role) or role.allows(PUT) is not False:
            continue
        elsewhere = _on_other_resources(role)
        yield Found(
            place=role.place,
            what=f"the task role must allow {PUT} on '*'"
            if elsewhere
            else f"the task role requires {PUT} on '*'",
            got=f"it on {elsewhere}" if elsewhere else None,
            fix="Add the five actions of AWSXRayDaemonWriteAccess on '*'; they take no resource.",
        )


def _on_other_resources(role: Role) -> str:
    """Return the resources that statements about the action name, which can never match."""
    return ", ".join(
        resource
        for placed in role.statements
        if placed.policy.effect == "Allow" and placed.policy.names(PUT)
        for resource in placed.policy.shown_resources
    )


RULE = Rule(
    id="permissions-missing",
    severity=Severity.ERROR,
    title="A task role that may not send traces",
    source=f"{POLICIES}/AWSXRayDaemonWriteAccess.html",
    check=each_task(_check),
)
