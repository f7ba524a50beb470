"""The environment of a traced app, as the SDKs read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from cdk_ecs_xray.plan import open_telemetry as variables
from cdk_ecs_xray.plan.network import OTLP_HTTP_PORT, XRAY_PORT

OpenTelemetrySdk = Literal["adot", "any"]
"""Which OpenTelemetry SDKs the apps use: with AWS's additions, or plain."""

_TRACES = "traces"


def xray_sdk_environment(host: str) -> Mapping[str, str]:
    """Return what the X-Ray SDKs read; a malformed address would crash them at import."""
    return {
        "AWS_XRAY_DAEMON_ADDRESS": f"{host}:{XRAY_PORT}",
        # Old SDKs throw when a segment is missing; tracing must never break a request.
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    }


def open_telemetry_environment(
    host: str,
    sdk: OpenTelemetrySdk,
    *,
    signals: Collection[str] = (_TRACES,),
    port: int = OTLP_HTTP_PORT,
) -> Mapping[str, str]:
    """Return what OpenTelemetry SDKs read.

    An endpoint of one signal is taken as it is, so it has its path:
    https://opentelemetry.io/docs/specs/otel/protocol/exporter/. Signals that the collector does
    not take are switched off, or SDKs send them to its port and log an error each minute.

    The sampler and the propagator named ``xray`` come with AWS's additions. A plain SDK for Java
    or Python refuses to start when a variable names one that it does not have.

    :param signals: what the collector takes over OpenTelemetry's protocol, traces among it.
    :param port: where it takes them over HTTP.
    """
    environment = {
        variables.TRACES_ENDPOINT: f"http://{host}:{port}/v1/traces",
        variables.TRACES_PROTOCOL: "http/protobuf",
    }
    for signal in variables.OTHER_SIGNALS:
        if signal.lower() in signals:
            url = f"http://{host}:{port}/v1/{signal.lower()}"
            environment[f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] = url
            environment[f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL"] = "http/protobuf"
        else:
            environment[f"OTEL_{signal}_EXPORTER"] = "none"
    if sdk == "adot":
        environment |= {
            # What AWS's distributions default to: X-Ray's header and W3C's, of any caller.
            variables.PROPAGATORS: "baggage,xray,tracecontext",
            variables.SAMPLER: "xray",
            # How often rules are fetched, in seconds; the X-Ray SDKs do it as often.
            variables.SAMPLER_ARGUMENT: f"endpoint=http://{host}:{XRAY_PORT},polling_interval=300",
        }
    return environment


def named(environment: Mapping[str, str], name: str) -> Mapping[str, str]:
    """Return the environment of an app that reports under a name.

    OpenTelemetry does not know X-Ray's variable: without its own, every app is unknown_service.

    :param environment: of the collector's apps.
    """
    takes_spans = variables.TRACES_ENDPOINT in environment
    return {
        **environment,
        "AWS_XRAY_TRACING_NAME": name,
        **({variables.SERVICE_NAME: name} if takes_spans else {}),
    }
