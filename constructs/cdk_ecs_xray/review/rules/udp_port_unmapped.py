"""Segments are UDP; TCP 2000 serves sampling rules alone."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.plan.network import XRAY_PORT
from cdk_ecs_xray.review.answer import SHARED_INTERFACE
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    ports = {port.protocol for port in collector.container.ports if port.container == XRAY_PORT}
    if ports == {"tcp"}:
        yield Found(
            place=collector.container.place,
            what="the mapping of port 2000 must be UDP, which segments use",
            got="tcp only",
            fix="Map 2000/udp.",
            severity=Severity.NOTE if task.mode in SHARED_INTERFACE else None,
        )


RULE = Rule(
    id="udp-port-unmapped",
    severity=Severity.WARNING,
    title="TCP mapped where segments are UDP",
    source=f"{XRAY}/xray-daemon-ecs.html",
    check=each_collector(_check),
)
