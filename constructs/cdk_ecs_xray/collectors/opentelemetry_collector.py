"""OpenTelemetry collectors other than ADOT's: recognized where others run them, never deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.collectors import opentelemetry
from cdk_ecs_xray.collectors.description import CollectorPort
from cdk_ecs_xray.collectors.engine import Engine
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.opentelemetry_demands import demands_of_opentelemetry
from cdk_ecs_xray.plan.network import XRAY_PORT
from cdk_ecs_xray.unknown import Unknown


def _configuration(evidence: Evidence) -> Mapping[str, Any] | Unknown:
    return opentelemetry.configuration_of(evidence, variable=None, built_in={})


ENGINE = Engine(
    id="opentelemetry-collector",
    label="OpenTelemetry collector",
    images=(("opentelemetry", "collector"), ("otel", "collector"), ("otelcol",)),
    programs=("/otelcol",),
    # https://github.com/open-telemetry/opentelemetry-collector-releases: built from scratch.
    shell_free_images=("opentelemetry-collector",),
    platforms=("linux", "windows"),
    ports=(CollectorPort(container_port=XRAY_PORT, protocol="udp"),),
    configuration=_configuration,
    listening=opentelemetry.listening,
    collects_traces=opentelemetry.collects_traces,
    demands=demands_of_opentelemetry,
    sends_spans=opentelemetry.sends_spans,
    region_from_environment=True,
)
