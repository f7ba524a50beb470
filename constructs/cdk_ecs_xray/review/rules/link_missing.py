"""Only a link makes another container's name known in bridge mode."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.reach import reach
from cdk_ecs_xray.review.rule import Found, Rule, each_app
from cdk_ecs_xray.review.sources import ECS_API
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.address import ADDRESS
from cdk_ecs_xray.templates.model import Container, TaskDefinition


def _check(task: TaskDefinition, app: Container) -> Iterator[Found]:
    found = reach(app, task)
    if found.fault == "link-missing":
        yield Found(
            place=app.place,
            what=f"links must hold the collector that {ADDRESS} names",
            got=f"'{found.address}' and links {', '.join(map(str, app.links)) or 'none'}",
            fix="Add the collector to this container's links.",
        )


RULE = Rule(
    id="link-missing",
    severity=Severity.ERROR,
    title="A collector in bridge mode without a link to it",
    source=f"{ECS_API}/API_ContainerDefinition.html",
    check=each_app(_check),
)
