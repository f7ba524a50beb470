"""Only the resourcedetection processor tells X-Ray that a trace comes from ECS."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.configuration import at
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.intrinsics import Unknown
from cdk_ecs_xray.templates.listening import traces_pipelines
from cdk_ecs_xray.templates.model import Collector, TaskDefinition


def _check(_task: TaskDefinition, collector: Collector) -> Iterator[Found]:
    if collector.kind != "adot" or isinstance(collector.configuration, Unknown):
        return
    detected = [
        name
        for pipeline in traces_pipelines(collector.configuration)
        for name in at(pipeline, "processors") or ()
        if str(name).partition("/")[0] == "resourcedetection"
    ]
    if not detected:
        yield Found(
            place=collector.container.place,
            what="the resourcedetection processor is required in the traces pipeline",
            fix="Add it with detectors [env, ecs]; X-Ray shows no ECS origin without it.",
        )


RULE = Rule(
    id="adot-loses-origin",
    severity=Severity.WARNING,
    title="Traces that lose their origin",
    check=each_collector(_check),
)
