"""In bridge mode every container has a loopback of its own."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.answer import Reach
from cdk_ecs_xray.review.reach import each_reach
from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(_task: TaskDefinition, app: Container, way: Reach) -> Iterator[Found]:
    if way.fault == "localhost-in-bridge":
        port = "port 2000" if way.protocol == "xray" else "its port for OpenTelemetry"
        yield Found(
            place=app.place,
            what=f"{way.variable} must not be loopback in bridge mode",
            got=f"'{way.address}'",
            fix=f"Link the collector and write its container name and {port}.",
        )


RULE = Rule(
    id="localhost-in-bridge",
    severity=Severity.ERROR,
    title="Localhost in bridge mode",
    source=f"{ECS}/networking-networkmode-bridge.html",
    check=each_reach(_check),
)
