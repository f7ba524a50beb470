"""At another protocol, without TLS or at another path, a receiver fails and nobody reads why."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.answer import Reach
from cdk_ecs_xray.review.reach import each_reach
from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import OTEL
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition

_FAULTS = ("otlp-protocol", "otlp-path", "otlp-tls")
_PORTS = (
    "Use port 4317 with grpc and 4318 with http/protobuf; write /v1/traces in the variable of "
    "traces only."
)
_TLS = "Write http:// for a collector in the same task, or set tls in the receiver."


def _check(_task: TaskDefinition, app: Container, way: Reach) -> Iterator[Found]:
    if way.fault in _FAULTS:
        yield Found(
            place=app.place,
            what=f"{way.variable or 'the endpoint'} must fit the collector's receiver",
            got=f"'{way.address or 'the default endpoint'}', and {way.reason}",
            fix=_TLS if way.fault == "otlp-tls" else _PORTS,
        )


RULE = Rule(
    id="otlp-mismatch",
    severity=Severity.ERROR,
    title="An OpenTelemetry endpoint that does not fit its receiver",
    source=f"{OTEL}/protocol/exporter/",
    check=each_reach(_check),
)
