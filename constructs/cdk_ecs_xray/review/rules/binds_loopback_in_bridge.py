"""In bridge mode nobody but the collector reaches its loopback."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.listening import on_loopback
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    if task.mode != "bridge":
        return
    listens = collector.listening
    if on_loopback(listens.segments):
        yield Found(
            place=collector.container.place,
            what="the collector must listen on all interfaces in bridge mode",
            got=f"{listens.segments} for segments",
            fix="Bind 0.0.0.0:2000.",
        )
    elif on_loopback(listens.sampling):
        yield Found(
            place=collector.container.place,
            what="the collector must answer for sampling rules on all interfaces in bridge mode",
            got=str(listens.sampling),
            fix="Bind the sampling proxy to 0.0.0.0:2000; SDKs fall back to their local rules.",
            severity=Severity.WARNING,
        )


RULE = Rule(
    id="binds-loopback-in-bridge",
    severity=Severity.ERROR,
    title="A collector that listens on loopback in bridge mode",
    source=f"{ECS}/networking-networkmode-bridge.html",
    check=each_collector(_check),
)
