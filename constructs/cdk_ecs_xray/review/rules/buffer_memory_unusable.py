"""Below 3 MiB the daemon exits, at 3 it drops segments, above its limit it is killed."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.xray_daemon import ENGINE, buffer_memory
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition

_LEAST_MIB = 4


def _check(_task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    value = buffer_memory(collector.container.evidence)
    if collector.engine is not ENGINE or value is None or not str(value).isdigit():
        return
    mib, limit = int(str(value)), collector.container.memory_mib
    too_much = limit is not None and mib >= limit
    if 0 < mib < _LEAST_MIB or too_much:
        yield Found(
            place=collector.container.place,
            what="--buffer-memory must be at least 4 MiB and below the container's memory",
            got=f"{mib}{f' with {limit} MiB' if too_much else ''}",
            fix="16 carries 3000 segments of 1 KB a second.",
        )


RULE = Rule(
    id="buffer-memory-unusable",
    severity=Severity.ERROR,
    title="Buffer memory the daemon cannot work with",
    source=f"{XRAY}/xray-daemon-configuration.html",
    check=each_collector(_check),
)
