"""Old images lack fixes; the CloudWatch agent had no traces at all for a long time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdk_ecs_xray.collectors.image import tag_of
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


def _check(_task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    engine, image = collector.engine, collector.container.image
    tag = _numbers(tag_of(image))
    tested = None if engine is None else _numbers(engine.version)
    first = None if engine is None else _numbers(engine.first_version_with_traces)
    if engine is None or tag is None or tested is None:
        return
    traceless = first is not None and tag < first
    # Patches come and go; a lower major or minor version is what is old.
    if tag[:2] < tested[:2]:
        yield Found(
            place=collector.container.place,
            what=f"the image should be at least {engine.version}, which was tested",
            got=f"{tag_of(image)}{', which takes no traces' if traceless else ''}",
            fix="Update it.",
            severity=Severity.ERROR if traceless else None,
        )


def _numbers(version: str | None) -> tuple[int, ...] | None:
    found = None if version is None else _VERSION.match(version)
    return None if found is None else tuple(map(int, found.groups()))


RULE = Rule(
    id="image-old",
    severity=Severity.NOTE,
    title="A collector's image that is old",
    source=f"{XRAY}/xray-daemon-ecs.html",
    check=each_collector(_check),
)
