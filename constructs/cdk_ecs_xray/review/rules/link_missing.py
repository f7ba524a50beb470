"""Only a link makes another container's name known in bridge mode."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.reach import reach
from cdk_ecs_xray.review.rule import Found, Rule, each_app
from cdk_ecs_xray.review.severity import Severity
from cdk_ecs_xray.templates.address import ADDRESS
from cdk_ecs_xray.templates.model import Container, TaskDefinition


def _check(task: TaskDefinition, app: Container) -> Iterator[Found]:
    found = reach(app, task)
    if found.fault == "link-missing":
        yield Found(
            place=app.place,
            problem=f"links must hold the collector that {ADDRESS} names, got '{found.address}' "
            f"and links {', '.join(map(str, app.links)) or 'none'}",
            cure="add the collector to this container's links",
        )


RULE = Rule(
    id="link-missing",
    severity=Severity.ERROR,
    title="A collector in bridge mode without a link to it",
    check=each_app(_check),
)
