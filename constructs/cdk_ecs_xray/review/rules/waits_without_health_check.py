"""ECS refuses to wait for the health of a container that has no check."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import ECS_API
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
            if name in checked and dependency.condition == "HEALTHY" and checked[name] is None:
                yield Found(
                    place=container.place,
                    what="DependsOn must not wait on HEALTHY without a health check",
                    got=f"'{name}'",
                    fix="Use the condition START.",
                )


RULE = Rule(
    id="waits-without-health-check",
    severity=Severity.ERROR,
    title="Waiting on HEALTHY without a health check",
    source=f"{ECS_API}/API_ContainerDependency.html",
    check=each_task(_check),
)
