"""The CloudWatch agent writes its configuration and a pid file at start."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.cloudwatch_agent import ENGINE
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import ECS_API
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    if collector.engine is ENGINE and collector.container.read_only_root:
        yield Found(
            place=collector.container.place,
            what=f"{voice_for(task).member('ReadonlyRootFilesystem')} must be false for the "
            "CloudWatch agent",
            got="true",
            fix="Remove it; the agent writes its configuration and a pid file.",
        )


RULE = Rule(
    id="agent-read-only-root",
    severity=Severity.ERROR,
    title="A CloudWatch agent that cannot write its own files",
    source=f"{ECS_API}/API_ContainerDefinition.html",
    check=each_collector(_check),
)
