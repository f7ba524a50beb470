"""What is wrong with a configuration of one's own for ADOT, and what its image brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.configuration import Configuration, at, listening_problems
from cdk_ecs_xray.collectors.opentelemetry import component_type, components, traces_pipelines
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.network import OTLP_GRPC_PORT, OTLP_HTTP_PORT, XRAY_PORT

_WHERE = "AdotCollector"

_OTLP = {
    "otlp": {
        "protocols": {
            "grpc": {"endpoint": f"0.0.0.0:{OTLP_GRPC_PORT}"},
            "http": {"endpoint": f"0.0.0.0:{OTLP_HTTP_PORT}"},
        }
    }
}
_SEGMENTS = {"awsxray": {"endpoint": f"0.0.0.0:{XRAY_PORT}", "transport": "udp"}}


# Only that there is a pipeline matters to anybody who reads these.
_METRICS: Mapping[str, Any] = {"metrics": {}}


def _of_traces(
    *receivers: Mapping[str, Any],
    processors: Sequence[str] = ("batch/traces",),
    others: Mapping[str, Any] = _METRICS,
) -> Mapping[str, Any]:
    named = {name: settings for receiver in receivers for name, settings in receiver.items()}
    traces = {
        "receivers": list(named),
        "processors": list(processors),
        "exporters": ["awsxray"],
    }
    return {
        "receivers": named,
        "exporters": {"awsxray": None},
        "service": {"extensions": ["health_check"], "pipelines": {"traces": traces, **others}},
    }


_DETECTING = ("resourcedetection", "batch/traces")
_OF_METRICS: Mapping[str, Any] = {"service": {"pipelines": _METRICS}}
# The traces of config/ecs/ in aws-observability/aws-otel-collector, which the image carries.
BUILT_IN: Mapping[str, Mapping[str, Any]] = {
    f"/etc/ecs/{name}.yaml": configuration
    for name, configuration in {
        "container-insights/otel-task-metrics-config": _of_traces(_OTLP, _SEGMENTS),
        "ecs-amp": _OF_METRICS,
        "ecs-amp-prometheus": _OF_METRICS,
        "ecs-amp-xray": _of_traces(_OTLP, processors=_DETECTING),
        "ecs-amp-xray-prometheus": _of_traces(_OTLP, processors=_DETECTING),
        "ecs-cloudwatch": _OF_METRICS,
        "ecs-cloudwatch-xray": _of_traces(_OTLP, processors=_DETECTING),
        "ecs-default-config": _of_traces(_OTLP, _SEGMENTS),
        "ecs-xray": _of_traces(_OTLP, others={}),
        "otel-instance-metrics-config": _OF_METRICS,
    }.items()
}


def receives(config: Configuration, kind: str) -> bool:
    """Return whether a pipeline for traces has a receiver of a type."""
    return any(component_type(name) == kind for name in _receivers_of_traces(config))


def _receivers_of_traces(config: Configuration) -> Sequence[str]:
    return [
        name for pipeline in traces_pipelines(config) for name in components(pipeline, "receivers")
    ]


def has_health_check(config: Configuration) -> bool:
    """Return whether the extension runs that the image's /healthcheck asks."""
    return "health_check" in (at(config, "service.extensions") or ())


def structure_problems(config: Configuration) -> Sequence[Problem]:
    """Return references to components that the configuration does not define, and gaps."""
    pipelines = at(config, "service.pipelines")
    if not isinstance(pipelines, Mapping):
        return [
            Problem(
                where=_WHERE,
                what="config service.pipelines must be a mapping",
                got=f"{pipelines!r}",
                fix="Define one with receivers and exporters.",
            )
        ]
    problems = []
    for pipeline_name, pipeline in pipelines.items():
        for section in ("receivers", "processors", "exporters"):
            defined = config.get(section) or {}
            problems += [
                Problem(
                    where=_WHERE,
                    what=f"config pipeline '{pipeline_name}' must name {section} that are defined",
                    got=f"'{name}'",
                    fix="Define it or take it out.",
                )
                for name in (at(pipeline, section) or ())
                if name not in defined
            ]
    problems += [
        Problem(
            where=_WHERE,
            what="config service.extensions must name extensions that are defined",
            got=f"'{name}'",
            fix="Define it or take it out.",
        )
        for name in at(config, "service.extensions") or ()
        if name not in (config.get("extensions") or {})
    ]
    if not receives(config, "awsxray") and not receives(config, "otlp"):
        present = ", ".join(_receivers_of_traces(config))
        problems.append(
            Problem(
                where=_WHERE,
                what=f"config {'must have' if present else 'requires'} a traces pipeline with the "
                "awsxray receiver",
                got=f"receivers {present}" if present else None,
                fix="Add it for apps with an X-Ray SDK, or the otlp receiver for OpenTelemetry.",
            )
        )
    return problems


def reach_problems(config: Configuration, bind_address: str) -> Sequence[Problem]:
    """Return receivers that listen where no app reaches them."""
    problems: list[Problem] = []
    for name in _receivers_of_traces(config):
        receiver: Any = at(config, "receivers")[name]
        field = f"config receivers.{name}"
        if component_type(name) == "awsxray":
            endpoints = [
                (f"{field}.endpoint", at(receiver, "endpoint"), XRAY_PORT),
                (
                    f"{field}.proxy_server.endpoint",
                    at(receiver, "proxy_server.endpoint"),
                    XRAY_PORT,
                ),
            ]
        elif component_type(name) == "otlp":
            endpoints = [
                (f"{field}.protocols.{protocol}.endpoint", at(settings, "endpoint"), port)
                for protocol, port in (("grpc", OTLP_GRPC_PORT), ("http", OTLP_HTTP_PORT))
                if (settings := at(receiver, f"protocols.{protocol}")) is not None
            ]
        else:
            endpoints = []
        for path, endpoint, port in endpoints:
            problems += listening_problems(
                _WHERE, path, endpoint, port=port, bind_address=bind_address
            )
    return problems
