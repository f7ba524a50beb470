"""X-Ray's endpoint for OpenTelemetry has actions of its own, which no older policy names."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.exporter import is_traces_endpoint
from cdk_ecs_xray.collectors.write_access import SPAN_ACTIONS
from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import XRAY_ACTIONS
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import Role, TaskDefinition
from cdk_ecs_xray.templates.otlp import OF_TRACES, span_destination


def _check(task: TaskDefinition) -> Iterator[Found]:
    sender = _sender(task)
    if sender is None:
        return
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


def _sender(task: TaskDefinition) -> str | None:
    if any(one.certain and one.recognized.sends_spans for one in task.collectors):
        return "a collector"
    # Beside a collector, its code may send elsewhere; without one, there is no other way.
    direct = not task.collectors and any(
        one is not None
        and one.variable == OF_TRACES
        and one.path == "/v1/traces"
        and is_traces_endpoint(one.value)
        for one in (span_destination(app.environment) for app in task.apps)
    )
    return "an app" if direct else None


RULE = Rule(
    id="span-permissions-missing",
    severity=Severity.WARNING,
    title="A task role that may not send spans",
    source=XRAY_ACTIONS,
    check=each_task(_check),
)
