"""Old images lack fixes; the CloudWatch agent had no traces at all for a long time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdk_ecs_xray.collectors import AdotCollector, CloudWatchAgent, XRayDaemon
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.images import tag_of
from cdk_ecs_xray.templates.model import Collector, TaskDefinition

_TESTED = {
    "xray-daemon": XRayDaemon.version,
    "adot": AdotCollector.version,
    "cloudwatch-agent": CloudWatchAgent.version,
}
_FIRST_AGENT_WITH_TRACES = (1, 300025, 0)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


def _check(_task: TaskDefinition, collector: Collector) -> Iterator[Found]:
    tag = _numbers(tag_of(collector))
    tested = _numbers(_TESTED.get(collector.kind))
    if tag is None or tested is None:
        return
    traceless = collector.kind == "cloudwatch-agent" and tag < _FIRST_AGENT_WITH_TRACES
    # Patches come and go; a lower major or minor version is what is old.
    if tag[:2] < tested[:2]:
        yield Found(
            place=collector.container.place,
            what=f"the image should be at least {_TESTED[collector.kind]}, which was tested",
            got=f"{tag_of(collector)}{', which takes no traces' if traceless else ''}",
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
    check=each_collector(_check),
)
