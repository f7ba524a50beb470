"""Containers run with the task role; the execution role pulls images and writes logs."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.grants import PUT
from cdk_ecs_xray.templates.model import Role, TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    execution = task.execution_role
    if not task.is_traced or not isinstance(execution, Role) or execution.allows(PUT) is not True:
        return
    if task.task_role is None or (
        isinstance(task.task_role, Role) and task.task_role.allows(PUT) is False
    ):
        yield Found(
            place=execution.place,
            what=f"{PUT} must be on the task role",
            got="it on the execution role only",
            fix=f"Attach the policy to the role of {voice_for(task).member('TaskRoleArn')}.",
        )


RULE = Rule(
    id="permissions-on-execution-role",
    severity=Severity.ERROR,
    title="X-Ray's permissions on the execution role",
    source=f"{ECS}/task-iam-roles.html",
    check=each_task(_check),
)
