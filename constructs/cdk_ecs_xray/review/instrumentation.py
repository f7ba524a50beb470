"""What in a container's definition shows that its app is instrumented."""

from __future__ import annotations

from cdk_ecs_xray.collectors.companions import traces_itself
from cdk_ecs_xray.plan.instrumentation import AGENT_WORDS, LOADERS
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.unknown import Unknown

_COMMANDS = ("opentelemetry-instrument", *AGENT_WORDS)


def uses_xray_sdk(app: Container) -> bool:
    """Return whether an app is set up for an X-Ray SDK, as opposed to OpenTelemetry's."""
    return any(name.startswith("AWS_XRAY_") for name in app.environment)


def uses_open_telemetry(app: Container) -> bool:
    """Return whether an app is set up for an OpenTelemetry SDK."""
    return any(name.startswith("OTEL_") for name in app.environment) or has_agent(app)


def has_agent(app: Container) -> bool:
    """Return whether an agent of OpenTelemetry's is loaded into an app."""
    loaded = (str(app.environment.get(name, "")).lower() for name in LOADERS)
    if any(agent in value for value in loaded for agent in AGENT_WORDS):
        return True
    words = [
        str(word).lower()
        for part in (app.entry_point, app.command)
        if not isinstance(part, Unknown)
        for word in part
    ]
    return any(command in word for word in words for command in _COMMANDS)


def shows_instrumentation(app: Container) -> bool:
    """Return whether a variable or an agent shows that an app is instrumented."""
    return uses_xray_sdk(app) or uses_open_telemetry(app) or traces_itself(app.environment)
