"""As spans, the segments of X-Ray SDKs lose their origin."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors import opentelemetry
from cdk_ecs_xray.review.instrumentation import uses_open_telemetry, uses_xray_sdk
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import ADOT
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition
from cdk_ecs_xray.unknown import Unknown


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    configuration = collector.configuration
    if isinstance(configuration, Unknown):
        return
    sending = [app for app in task.apps if uses_xray_sdk(app) and not uses_open_telemetry(app)]
    if sending and opentelemetry.segments_sent_as_spans(configuration):
        yield Found(
            place=collector.container.place,
            what="the awsxray receiver should be in a pipeline with the awsxray exporter, which "
            "keeps their origin",
            got=f"spans alone, with X-Ray SDKs in {', '.join(str(app.name) for app in sending)}",
            fix="Give it a pipeline of its own, as exporter 'both' has, or accept the loss.",
        )


RULE = Rule(
    id="segments-sent-as-spans",
    severity=Severity.NOTE,
    title="Segments that leave as spans",
    source=f"{ADOT}/components/x-ray-receiver",
    check=each_collector(_check),
)
