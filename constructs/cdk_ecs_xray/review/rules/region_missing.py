"""Without a region the collector exits at start; only Fargate provides one."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.listening import configures_region, flag_value, has_flag
from cdk_ecs_xray.templates.model import Collector, TaskDefinition

_NAMES = ("AWS_REGION", "AWS_DEFAULT_REGION")


def _check(task: TaskDefinition, collector: Collector) -> Iterator[Found]:
    if collector.kind not in ("xray-daemon", "adot") or "FARGATE" in task.platforms:
        return
    container = collector.container
    if not container.environment_complete or any(name in container.environment for name in _NAMES):
        return
    if collector.kind == "adot" and configures_region(collector):
        return
    if flag_value(container, ("-n", "--region")) is not None:
        return
    alone = "EXTERNAL" in task.platforms or has_flag(container, ("-o", "--local-mode"))
    yield Found(
        place=container.place,
        what="AWS_REGION is required for the collector",
        fix="Set it on the collector; without it, the collector asks the instance's metadata and "
        "exits where that is blocked.",
        severity=Severity.ERROR if alone else None,
    )


RULE = Rule(
    id="region-missing",
    severity=Severity.WARNING,
    title="A collector that may not know its region",
    check=each_collector(_check),
)
