"""ECS refuses links in every other network mode."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import ECS_API
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    if task.mode not in ("awsvpc", "host", "none"):
        return
    for container in task.containers:
        if container.links:
            yield Found(
                place=container.place,
                what=f"{voice_for(task).member('Links')} must be empty in {task.mode} mode",
                got=f"'{container.links[0]}'",
                fix="Remove the links and send to 127.0.0.1:2000.",
            )


RULE = Rule(
    id="link-outside-bridge",
    severity=Severity.ERROR,
    title="Links outside of bridge mode",
    source=f"{ECS_API}/API_ContainerDefinition.html",
    check=each_task(_check),
)
