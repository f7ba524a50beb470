"""Only one program can listen on a port of a network interface; the second exits."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.listening import port_of
from cdk_ecs_xray.review.answer import SHARED_INTERFACE
from cdk_ecs_xray.review.rule import Found, Rule, each_task
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition) -> Iterator[Found]:
    taken: dict[tuple[str, int], Container] = {}
    for collector in task.collectors:
        for protocol, port in _ports(task, collector):
            first = taken.setdefault((protocol, port), collector.container)
            if first is not collector.container:
                yield Found(
                    place=collector.container.place,
                    what=f"{protocol} port {port} must belong to one container",
                    got=f"'{first.name}' and '{collector.container.name}'",
                    fix="Run one collector, or give one of them other ports.",
                )
                break


def _ports(task: TaskDefinition, collector: FoundCollector) -> Iterator[tuple[str, int]]:
    """Return the ports that a collector takes where its task can have each once."""
    if task.mode in SHARED_INTERFACE:
        listening = collector.listening
        found = [
            ("UDP", port_of(listening.segments)),
            ("TCP", port_of(listening.sampling)),
            *(("TCP", port_of(one.endpoint)) for one in listening.spans),
        ]
    else:
        found = [
            (port.protocol.upper(), port.host if isinstance(port.host, int) else None)
            for port in collector.container.ports
        ]
    yield from dict.fromkeys((protocol, port) for protocol, port in found if port)


RULE = Rule(
    id="collectors-share-port",
    severity=Severity.ERROR,
    title="Two collectors on one port",
    source=f"{ECS}/task-networking.html",
    check=each_task(_check),
)
