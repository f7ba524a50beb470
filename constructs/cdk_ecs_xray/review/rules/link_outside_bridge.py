"""ECS refuses links in every other network mode."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.severity import Severity
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    if task.mode not in ("awsvpc", "host", "none"):
        return
    for container in task.containers:
        if container.links:
            yield Found(
                place=container.place,
                problem=f"links exist in bridge mode only, got '{container.links[0]}' in "
                f"{task.mode} mode",
                cure="remove the links and send to 127.0.0.1:2000",
            )


RULE = Rule(
    id="link-outside-bridge",
    severity=Severity.ERROR,
    title="Links outside of bridge mode",
    check=each_task(_check),
)
