"""In bridge mode nobody but the collector reaches its loopback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.collectors.listening import SpanReceiver, on_loopback, port_of
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.address import Endpoint
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition
from cdk_ecs_xray.templates.otlp import span_destination


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    if task.mode != "bridge":
        return
    listens = collector.listening
    if on_loopback(listens.segments):
        yield Found(
            place=collector.container.place,
            what="the collector must listen on all interfaces in bridge mode",
            got=f"{listens.segments} for segments",
            fix="Bind 0.0.0.0:2000.",
        )
    elif unheard := [one for one in listens.spans if on_loopback(one.endpoint)]:
        yield Found(
            place=collector.container.place,
            what="the collector must listen for spans on all interfaces in bridge mode",
            got=", ".join(f"{one.endpoint} for {one.protocol}" for one in unheard),
            fix="Bind 0.0.0.0, port 4317 for gRPC and 4318 for HTTP.",
            severity=None if _used(task, unheard) else Severity.WARNING,
        )
    elif on_loopback(listens.sampling):
        yield Found(
            place=collector.container.place,
            what="the collector must answer for sampling rules on all interfaces in bridge mode",
            got=str(listens.sampling),
            fix="Bind the sampling proxy to 0.0.0.0:2000; SDKs fall back to their local rules.",
            severity=Severity.WARNING,
        )


def _used(task: TaskDefinition, unheard: Sequence[SpanReceiver]) -> bool:
    """Return whether an app sends to one of these receivers."""
    ports = {port_of(one.endpoint) for one in unheard}
    destinations = [span_destination(app.environment) for app in task.apps]
    return any(
        one is not None and isinstance(one.endpoint, Endpoint) and one.endpoint.port in ports
        for one in destinations
    )


RULE = Rule(
    id="binds-loopback-in-bridge",
    severity=Severity.ERROR,
    title="A collector that listens on loopback in bridge mode",
    source=f"{ECS}/networking-networkmode-bridge.html",
    check=each_collector(_check),
)
