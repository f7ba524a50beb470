"""The default is 1 % of the host's memory, whatever the container may use."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.listening import buffer_memory
from cdk_ecs_xray.templates.model import Collector, TaskDefinition


def _check(_task: TaskDefinition, collector: Collector) -> Iterator[Found]:
    if collector.kind != "xray-daemon":
        return
    value = buffer_memory(collector)
    if value is None or value == "0":
        yield Found(
            place=collector.container.place,
            what="the daemon must be told its buffer memory",
            got="no --buffer-memory" if value is None else "0, which is the default",
            fix="Add --buffer-memory 16 to the command; the default follows the host's memory.",
        )


RULE = Rule(
    id="buffer-memory-default",
    severity=Severity.WARNING,
    title="The daemon's default buffer memory",
    check=each_collector(_check),
)
