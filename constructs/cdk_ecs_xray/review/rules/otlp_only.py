"""A collector with OpenTelemetry's receiver alone never sees an X-Ray SDK's segments."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.reach import uses_open_telemetry, uses_xray_sdk
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import ADOT
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    if collector.listening.segments is not None or collector.configuration == {}:
        return
    apps = [app for app in task.apps if not uses_open_telemetry(app)]
    sending = [app for app in apps if uses_xray_sdk(app)]
    if apps and (sending or len(apps) == len(task.apps)):
        yield Found(
            place=collector.container.place,
            what="the configuration must have an X-Ray receiver for apps with an X-Ray SDK",
            got=f"none for {', '.join(str(app.name) for app in sending or apps)}",
            fix="Add the awsxray receiver to a traces pipeline, or move the apps to OpenTelemetry.",
            severity=Severity.ERROR if sending else None,
        )


RULE = Rule(
    id="otlp-only",
    severity=Severity.WARNING,
    title="A collector that takes no X-Ray segments",
    source=f"{ADOT}/components/x-ray-receiver",
    check=each_collector(_check),
)
