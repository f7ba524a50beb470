"""Port 2000 signs and forwards: a check that calls it tests X-Ray and the network."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition
from cdk_ecs_xray.unknown import Unknown


def _check(_task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    words = collector.container.health_check
    if words is None or isinstance(words, Unknown):
        return
    text = " ".join(map(str, words))
    if ":2000" in text:
        yield Found(
            place=collector.container.place,
            what="the health check must not call port 2000, which calls X-Ray",
            got=f"'{text}'",
            fix="Remove it; it reads 502 as healthy and a hung network as a broken collector.",
        )


RULE = Rule(
    id="health-check-calls-xray",
    severity=Severity.WARNING,
    title="A health check that calls X-Ray",
    source=f"{XRAY}/xray-daemon.html",
    check=each_collector(_check),
)
