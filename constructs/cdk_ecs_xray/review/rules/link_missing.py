"""Only a link makes another container's name known in bridge mode."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.answer import Reach
from cdk_ecs_xray.review.reach import each_reach
from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import ECS_API
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(task: TaskDefinition, app: Container, way: Reach) -> Iterator[Found]:
    if way.fault == "link-missing":
        yield Found(
            place=app.place,
            what=f"{voice_for(task).member('Links')} must hold the collector that "
            f"{way.variable} names",
            got=f"'{way.address}' and links {', '.join(map(str, app.links)) or 'none'}",
            fix="Add the collector to this container's links.",
        )


RULE = Rule(
    id="link-missing",
    severity=Severity.ERROR,
    title="A collector in bridge mode without a link to it",
    source=f"{ECS_API}/API_ContainerDefinition.html",
    check=each_reach(_check),
)
