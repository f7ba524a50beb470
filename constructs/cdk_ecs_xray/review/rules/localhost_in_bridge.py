"""In bridge mode every container has a loopback of its own."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.reach import reach
from cdk_ecs_xray.review.rule import Found, Rule, each_app
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.address import ADDRESS
from cdk_ecs_xray.templates.model import Container, TaskDefinition


def _check(task: TaskDefinition, app: Container) -> Iterator[Found]:
    found = reach(app, task)
    if found.fault == "localhost-in-bridge":
        yield Found(
            place=app.place,
            what=f"{ADDRESS} must not be loopback in bridge mode",
            got=f"'{found.address}'",
            fix="Link the collector and write its container name and port 2000.",
        )


RULE = Rule(
    id="localhost-in-bridge",
    severity=Severity.ERROR,
    title="Localhost in bridge mode",
    source=f"{ECS}/networking-networkmode-bridge.html",
    check=each_app(_check),
)
