"""With any condition but START a failing collector keeps the app from starting."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import ECS_API
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    checked = {
        str(collector.container.name): collector.container.health_check
        for collector in task.collectors
    }
    for container in task.containers:
        for dependency in container.depends_on:
            name = str(dependency.container)
            if name in checked and dependency.condition != "START" and checked[name] is not None:
                yield Found(
                    place=container.place,
                    what=f"{voice_for(task).member('DependsOn')} must let the app start without "
                    "its collector",
                    got=f"{dependency.condition} on '{name}'",
                    fix="Use the condition START, which does not wait for its health.",
                )


RULE = Rule(
    id="app-waits-for-collector",
    severity=Severity.WARNING,
    title="An app that waits for its collector",
    source=f"{ECS_API}/API_ContainerDependency.html",
    check=each_task(_check),
)
