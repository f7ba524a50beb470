"""A collector with OpenTelemetry's receiver alone never sees an X-Ray SDK's segments."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.instrumentation import uses_open_telemetry, uses_xray_sdk
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import ADOT
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    if collector.listening.segments is not None or collector.configuration == {}:
        return
    others = any(
        one.listening.segments is not None for one in task.collectors if one is not collector
    )
    sending = [app for app in task.apps if uses_xray_sdk(app) and not uses_open_telemetry(app)]
    if sending and not others:
        yield Found(
            place=collector.container.place,
            what="an X-Ray receiver is required for the X-Ray SDK of "
            f"{', '.join(str(app.name) for app in sending)}",
            fix="Add the awsxray receiver to a traces pipeline, or move the apps to OpenTelemetry.",
        )


RULE = Rule(
    id="otlp-only",
    severity=Severity.ERROR,
    title="A collector that takes no X-Ray segments",
    source=f"{ADOT}/components/x-ray-receiver",
    check=each_collector(_check),
)
