"""TCP 2000 signs any X-Ray request with the task role, for whoever reaches it."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.plan.network import XRAY_PORT
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    serves_others = not task.apps or any(service.daemon for service in task.services)
    if task.mode != "bridge" or serves_others:
        return
    for port in collector.container.ports:
        # In bridge mode every mapping publishes, on a random port where HostPort is 0 or left out.
        if port.container == XRAY_PORT and port.protocol == "tcp":
            yield Found(
                place=collector.container.place,
                what="TCP 2000 must not be published by a sidecar",
                got="a port mapping",
                fix="Remove the mapping; a link needs none.",
            )


RULE = Rule(
    id="proxy-published",
    severity=Severity.WARNING,
    title="A signing proxy on the instance's ports",
    source=f"{XRAY}/xray-daemon-ecs.html",
    check=each_collector(_check),
)
