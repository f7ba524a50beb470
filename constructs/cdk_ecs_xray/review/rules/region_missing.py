"""Without a region the collector exits at start; only Fargate provides one."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.opentelemetry import names_region
from cdk_ecs_xray.collectors.xray_daemon import region_of, runs_local_mode
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition
from cdk_ecs_xray.unknown import Unknown

_NAMES = ("AWS_REGION", "AWS_DEFAULT_REGION")


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    engine, container = collector.engine, collector.container
    if engine is None or not engine.region_from_environment or "FARGATE" in task.platforms:
        return
    if not container.environment_complete or any(name in container.environment for name in _NAMES):
        return
    configuration = collector.configuration
    if isinstance(configuration, Unknown) or names_region(configuration):
        return
    if region_of(container.evidence) is not None:
        return
    alone = "EXTERNAL" in task.platforms or runs_local_mode(container.evidence)
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
    source=f"{XRAY}/xray-daemon-configuration.html",
    check=each_collector(_check),
)
