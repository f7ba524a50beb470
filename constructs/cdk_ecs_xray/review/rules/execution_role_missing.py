"""Without an execution role ECS cannot pull, log or read secrets for a task on Fargate."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.execution import execution_needs
from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import TaskDefinition

# Where there is no role of an instance that could do it.
_ALONE = ("FARGATE", "EXTERNAL")


def _check(task: TaskDefinition) -> Iterator[Found]:
    if not task.is_traced or task.execution_role is not None:
        return
    alone = any(platform in _ALONE for platform in task.platforms)
    needs = [need for need in execution_needs(task) if alone or need.always]
    if needs:
        first = needs[0]
        yield Found(
            place=task.place,
            what=f"{voice_for(task).member('ExecutionRoleArn')} is required",
            fix=f"Add a role with {' and '.join(first.actions)}; without it, '"
            f"{first.container.name}' cannot {first.what}.",
        )


RULE = Rule(
    id="execution-role-missing",
    severity=Severity.ERROR,
    title="A task without an execution role",
    source=f"{ECS}/task_execution_IAM_role.html",
    check=each_task(_check),
)
