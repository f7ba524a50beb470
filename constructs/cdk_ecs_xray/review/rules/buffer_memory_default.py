"""The default is 1 % of the host's memory, whatever the container may use."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.xray_daemon import ENGINE, buffer_memory
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(_task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    if collector.engine is not ENGINE:
        return
    value = buffer_memory(collector.container.evidence)
    if value is None or value == "0":
        yield Found(
            place=collector.container.place,
            what="--buffer-memory is required for the daemon"
            if value is None
            else "the daemon must have a buffer size",
            got=None if value is None else "0, which is the default",
            fix="Add --buffer-memory 16 to the command; the default follows the host's memory.",
        )


RULE = Rule(
    id="buffer-memory-default",
    severity=Severity.WARNING,
    title="The daemon's default buffer memory",
    source=f"{XRAY}/xray-daemon-configuration.html",
    check=each_collector(_check),
)
