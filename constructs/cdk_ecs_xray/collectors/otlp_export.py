"""Whether an app sends its traces over OpenTelemetry's protocol, as its variables say. Pure."""

from __future__ import annotations

from collections.abc import Mapping

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


def _holds(environment: Mapping[str, Text | None], name: str, word: str) -> bool:
    value = environment.get(name)
    return isinstance(value, str) and not isinstance(value, Unknown) and word in value.lower()
