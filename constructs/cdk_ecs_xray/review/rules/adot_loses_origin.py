"""Only the resourcedetection processor lets X-Ray know that a trace comes from ECS."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.opentelemetry import detects_origin, traces_pipelines
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition
from cdk_ecs_xray.unknown import Unknown


def _check(_task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    configuration = collector.configuration
    if isinstance(configuration, Unknown) or not traces_pipelines(configuration):
        return
    if not detects_origin(configuration):
        yield Found(
            place=collector.container.place,
            what="the resourcedetection processor is required in the traces pipeline",
            fix="Add it with detectors [env, ecs]; X-Ray shows no ECS origin without it.",
        )


RULE = Rule(
    id="adot-loses-origin",
    severity=Severity.WARNING,
    title="Traces that lose their origin",
    source=f"{XRAY}/xray-api-segmentdocuments.html",
    check=each_collector(_check),
)
