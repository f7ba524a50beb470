"""A log group without retention keeps, and costs, forever."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import CLOUDFORMATION
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    container = collector.container
    group = task.log_group_of(container)
    if group is not None and group.retention_days is None:
        yield Found(
            place=group.place,
            what=f"{voice_for(task).member('RetentionInDays')} is required",
            fix="Set it to what you will read, such as 30.",
        )
    elif group is None and container.log is not None and container.log.creates_group:
        yield Found(
            place=container.place,
            what="the log group must have a retention",
            got="awslogs-create-group, which sets none",
            fix=voice_for(task).expiring_group,
        )


RULE = Rule(
    id="log-never-expires",
    severity=Severity.WARNING,
    title="A collector's log that never expires",
    source=f"{CLOUDFORMATION}/aws-resource-logs-loggroup.html",
    check=each_collector(_check),
)
