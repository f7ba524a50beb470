"""Outside of bridge mode a port cannot be mapped to another one."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import ECS_API
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    if task.mode not in ("awsvpc", "host"):
        return
    named = voice_for(task).member("HostPort")
    for port in collector.container.ports:
        if isinstance(port.host, int) and port.host != port.container:
            yield Found(
                place=collector.container.place,
                what=f"{named} must be the container's port in {task.mode} mode",
                got=f"{port.host} for {port.container}",
                fix=f"Leave {named} out; only bridge mode maps ports.",
            )


RULE = Rule(
    id="host-port-outside-bridge",
    severity=Severity.ERROR,
    title="A host port that is not allowed in this network mode",
    source=f"{ECS_API}/API_PortMapping.html",
    check=each_collector(_check),
)
