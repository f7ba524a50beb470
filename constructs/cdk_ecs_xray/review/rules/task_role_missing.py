"""The collector signs its requests with the task role."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.grants import PUT
from cdk_ecs_xray.templates.model import Role, TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    if not task.is_traced or task.task_role is not None:
        return
    if isinstance(task.execution_role, Role) and task.execution_role.allows(PUT) is True:
        return
    yield Found(
        place=task.place,
        what=f"{voice_for(task).member('TaskRoleArn')} is required, so that the collector may send "
        "traces",
        fix="Add one with the actions of AWSXRayDaemonWriteAccess; on EC2 the instance's role "
        "would have to allow them for all tasks.",
        severity=Severity.ERROR if "FARGATE" in task.platforms else None,
    )


RULE = Rule(
    id="task-role-missing",
    severity=Severity.WARNING,
    title="A task without a role",
    source=f"{ECS}/task-iam-roles.html",
    check=each_task(_check),
)
