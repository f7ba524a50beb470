"""The environment of a traced app, as the SDKs read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from cdk_ecs_xray.plan.network import OTLP_HTTP_PORT, XRAY_PORT

OpenTelemetrySdk = Literal["adot", "any"]
"""Which OpenTelemetry SDKs the apps use: with AWS's additions, or plain."""


def xray_sdk_environment(host: str) -> Mapping[str, str]:
    """Return what the X-Ray SDKs read; a malformed address would crash them at import."""
    return {
        "AWS_XRAY_DAEMON_ADDRESS": f"{host}:{XRAY_PORT}",
        # Old SDKs throw when a segment is missing; tracing must never break a request.
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    }


def open_telemetry_environment(host: str, sdk: OpenTelemetrySdk) -> Mapping[str, str]:
    """Return what OpenTelemetry SDKs read.

    The sampler and the propagator named ``xray`` come with AWS's additions. A plain SDK for Java
    or Python refuses to start when it is told to use one that it does not have.
    """
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{host}:{OTLP_HTTP_PORT}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    }
    if sdk == "adot":
        environment |= {
            "OTEL_PROPAGATORS": "xray",
            "OTEL_TRACES_SAMPLER": "xray",
            # How often rules are fetched, in seconds; the X-Ray SDKs do it as often.
            "OTEL_TRACES_SAMPLER_ARG": f"endpoint=http://{host}:{XRAY_PORT},polling_interval=300",
        }
    return environment
