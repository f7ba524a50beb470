"""An essential container that stops, stops its task."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import ECS_API
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    if task.apps and collector.container.essential is True:
        yield Found(
            place=collector.container.place,
            what=f"{voice_for(task).member('Essential')} should be false for a collector",
            got="true",
            fix="Set it to false and give it a restart policy; accept this where the reference "
            "setup's own container is wanted.",
        )


RULE = Rule(
    id="essential-collector",
    severity=Severity.WARNING,
    title="A collector that takes the app down",
    source=f"{ECS_API}/API_ContainerDefinition.html",
    check=each_collector(_check),
)
