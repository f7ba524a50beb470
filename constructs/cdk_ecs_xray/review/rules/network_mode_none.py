"""In network mode none nothing leaves a container."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.address import ADDRESS
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    wired = [app for app in task.apps if ADDRESS in app.environment]
    if task.mode == "none" and (wired or task.is_traced):
        yield Found(
            place=task.place,
            what=f"{voice_for(task).member('NetworkMode')} must let traces out",
            got="'none'",
            fix="Use bridge or host on EC2, awsvpc on Fargate, or take tracing off this task.",
        )


RULE = Rule(
    id="network-mode-none",
    severity=Severity.ERROR,
    title="Tracing without a network",
    source=f"{ECS}/task_definition_parameters.html",
    check=each_task(_check),
)
