"""The X-Ray daemon and a collector without an OTLP receiver drop OpenTelemetry's spans."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.answer import Reach
from cdk_ecs_xray.review.reach import each_reach
from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import ADOT
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(_task: TaskDefinition, app: Container, way: Reach) -> Iterator[Found]:
    if way.fault != "no-spans":
        return
    yield Found(
        place=app.place,
        what=f"{way.variable or 'OpenTelemetry'} must lead to a collector with an OTLP receiver",
        got=f"'{way.address or 'the default endpoint'}', and {way.reason}",
        fix="Run the ADOT collector or the CloudWatch agent with OTLP; the X-Ray daemon takes "
        "segments of the X-Ray SDKs only.",
    )


RULE = Rule(
    id="otlp-not-taken",
    severity=Severity.ERROR,
    title="OpenTelemetry sent to a collector that takes none",
    source=f"{ADOT}/components/otlp-exporter",
    check=each_reach(_check),
)
