"""Without these permissions the SDKs fall back to 1 request a second and 5 %."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.grants import PUT, SAMPLING
from cdk_ecs_xray.templates.model import Role, TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    for role in task.task_roles if task.is_traced else ():
        if not isinstance(role, Role) or role.allows(PUT) is not True:
            continue
        missing = [action for action in SAMPLING if role.allows(action) is False]
        if not missing:
            continue
        yield Found(
            place=role.place,
            what=f"the task role requires {' and '.join(missing)} on '*'",
            fix="Add this; otherwise SDKs sample by their local rules.",
        )


RULE = Rule(
    id="sampling-permissions-missing",
    severity=Severity.WARNING,
    title="A task role that may not ask for sampling rules",
    source=f"{XRAY}/xray-console-sampling.html",
    check=each_task(_check),
)
