"""Whether an app sends its traces over OpenTelemetry's protocol, as its variables say. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.wiring import PresentWiring, Warned
from cdk_ecs_xray.unknown import Text, Unknown

_EXPORTER = "OTEL_TRACES_EXPORTER"
_DISABLED = "OTEL_SDK_DISABLED"
# https://opentelemetry.io/docs/specs/otel/protocol/exporter/: of all signals, then of traces.
_OTLP = "OTEL_EXPORTER_OTLP_"
_OTHER_SIGNALS = ("OTEL_EXPORTER_OTLP_METRICS_", "OTEL_EXPORTER_OTLP_LOGS_")
# Agents export over OTLP unless a variable says otherwise.
_AGENTS: Mapping[str, str] = {
    "JAVA_TOOL_OPTIONS": "opentelemetry",
    "NODE_OPTIONS": "opentelemetry",
    "PYTHONPATH": "opentelemetry",
}


def otlp_sign(environment: Mapping[str, Text | None]) -> str | None:
    """Return the variable that says that traces leave over OTLP; None where none does.

    :param environment: of the app; None or Unknown as value where it is not known.
    """
    if str(environment.get(_DISABLED)).lower() == "true":
        return None
    exporter = environment.get(_EXPORTER)
    if isinstance(exporter, str) and exporter:
        return _EXPORTER if "otlp" in exporter.lower() else None
    named = [
        name
        for name in sorted(environment)
        if name.startswith(_OTLP) and not name.startswith(_OTHER_SIGNALS)
    ]
    # Where spans go says more than how they are packed.
    named.sort(key=lambda name: "ENDPOINT" not in name)
    if named:
        return named[0]
    return next((name for name, word in _AGENTS.items() if _holds(environment, name, word)), None)


def otlp_not_taken(
    app: PresentWiring, environment: Mapping[str, str], *, collector: str
) -> Sequence[Warned]:
    """Return a warning where an app sends over OTLP and its collector does not take it.

    :param environment: what the collector's apps are given.
    :param collector: its container's name.
    """
    sign = otlp_sign(app.environment)
    if sign is None or any(name.startswith(_OTLP) for name in environment):
        return ()
    return (
        Warned(
            id="ecs-xray:otlp-not-taken",
            problem=Problem(
                where=app.where,
                what=f"the app must send X-Ray segments, as '{collector}' does not take OTLP",
                got=sign,
                fix="Take AdotCollector(), which does: --collector adot on the command line, "
                "collector: adot in an environment file.",
            ),
        ),
    )


def _holds(environment: Mapping[str, Text | None], name: str, word: str) -> bool:
    value = environment.get(name)
    return isinstance(value, str) and not isinstance(value, Unknown) and word in value.lower()
