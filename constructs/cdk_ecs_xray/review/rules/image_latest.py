"""What latest is changes without a deployment, and has broken some."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.image import tag_of
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(_task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    if tag_of(collector.container.image) == "latest":
        yield Found(
            place=collector.container.place,
            what="the image must be pinned",
            got=f"'{collector.container.image}'",
            fix="Name a version or a digest.",
        )


RULE = Rule(
    id="image-latest",
    severity=Severity.WARNING,
    title="A collector's image that is not pinned",
    source=f"{XRAY}/xray-daemon-ecs.html",
    check=each_collector(_check),
)
