"""X-Ray's endpoint for OpenTelemetry has actions of its own, which no older policy names."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.write_access import SPAN_ACTIONS
from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import XRAY_ACTIONS
from cdk_ecs_xray.review.span_senders import span_sender
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import Role, TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    sends = span_sender(task)
    if sends is None:
        return
    sender = "an app" if sends in task.apps else "a collector"
    for role in task.task_roles:
        if not isinstance(role, Role):
            continue
        missing = [action for action in SPAN_ACTIONS if role.allows(action) is False]
        if missing:
            yield Found(
                place=role.place,
                what=f"the task role must allow {' and '.join(SPAN_ACTIONS)} on '*' for "
                f"{sender} that sends spans",
                got=f"no {' and no '.join(missing)}",
                fix="Add them; they take no resource.",
            )


RULE = Rule(
    id="span-permissions-missing",
    severity=Severity.WARNING,
    title="A task role that may not send spans",
    source=XRAY_ACTIONS,
    check=each_task(_check),
)
