"""A collector without an image for Windows cannot start there."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    engine = collector.engine
    if task.windows and (engine is None or "windows" not in engine.platforms):
        yield Found(
            place=collector.container.place,
            what="the collector must run on Linux",
            got="a Windows task definition",
            fix="Run a collector in a Linux task and send to its address.",
        )


RULE = Rule(
    id="collector-on-windows",
    severity=Severity.ERROR,
    title="A collector on Windows",
    source=f"{XRAY}/xray-daemon.html",
    check=each_collector(_check),
)
