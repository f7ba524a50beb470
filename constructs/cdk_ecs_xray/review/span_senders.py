"""Which tasks send spans to X-Ray's own endpoint for OpenTelemetry."""

from __future__ import annotations

from cdk_ecs_xray.collectors.exporter import is_traces_endpoint
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition
from cdk_ecs_xray.templates.otlp import OF_TRACES, span_destination


def span_sender(task: TaskDefinition) -> Container | None:
    """Return the collector or the app of a task that certainly sends spans there; else None."""
    collector = next(
        (one for one in task.collectors if one.certain and one.recognized.sends_spans), None
    )
    if collector is not None:
        return collector.container
    # Beside a collector, its code may send elsewhere; without one, there is no other way.
    return None if task.collectors else next(filter(_sends_directly, task.apps), None)


def _sends_directly(app: Container) -> bool:
    destination = span_destination(app.environment)
    return (
        destination is not None
        and destination.variable == OF_TRACES
        and destination.path == "/v1/traces"
        and is_traces_endpoint(destination.value)
    )
