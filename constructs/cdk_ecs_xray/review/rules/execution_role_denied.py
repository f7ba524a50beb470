"""ECS pulls, logs and reads secrets with the execution role before a container runs."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.execution import execution_needs
from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import Role, TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    role = task.execution_role
    if not task.is_traced or not isinstance(role, Role):
        return
    seen: set[str] = set()
    for need in execution_needs(task):
        missing = [action for action in need.actions if role.may(action) is False]
        if missing and need.what not in seen:
            seen.add(need.what)
            yield Found(
                place=role.place,
                what=f"the execution role requires {' and '.join(missing)}",
                fix=f"Add it; '{need.container.name}' cannot {need.what} otherwise, and its task "
                "stops before it runs.",
            )


RULE = Rule(
    id="execution-role-denied",
    severity=Severity.ERROR,
    title="An execution role that cannot start the containers",
    source=f"{ECS}/task_execution_IAM_role.html",
    check=each_task(_check),
)
