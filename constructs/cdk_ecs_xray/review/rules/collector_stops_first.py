"""At SIGTERM the daemon closes its socket at once; the app's last traces are lost."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.order import stops_after
from cdk_ecs_xray.review.reach import reach
from cdk_ecs_xray.review.rule import Found, Rule, each_app
from cdk_ecs_xray.review.sources import ECS_API
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(task: TaskDefinition, app: Container) -> Iterator[Found]:
    found = reach(app, task)
    collector = found.collector
    # A container among several that names no collector may have nothing to send.
    if collector is None or (found.address is None and len(task.apps) > 1):
        return
    name = str(collector.container.name)
    ordered = stops_after(app, task)
    named = voice_for(task).member("DependsOn")
    if found.outcome != "not-connected" and name not in ordered:
        yield Found(
            place=app.place,
            what=f"{named} must name the collector '{name}'"
            if ordered
            else f"{named} with the collector '{name}' is required",
            got=", ".join(sorted(ordered)) or None,
            fix="Add it with the condition START; ECS then stops the app first.",
        )


RULE = Rule(
    id="collector-stops-first",
    severity=Severity.WARNING,
    title="A collector that may stop before the app",
    source=f"{ECS_API}/API_ContainerDependency.html",
    check=each_app(_check),
)
