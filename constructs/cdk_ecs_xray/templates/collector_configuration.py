"""Tells collectors from other containers, and reads the configuration they bring."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from cdk_ecs_xray.collectors.configuration import at
from cdk_ecs_xray.plan.network import XRAY_PORT
from cdk_ecs_xray.templates.intrinsics import Text, Unknown
from cdk_ecs_xray.templates.model import Collector, CollectorKind, Container

_IMAGES: Sequence[tuple[str, CollectorKind]] = (
    ("xray-daemon", "xray-daemon"),
    ("aws-otel-collector", "adot"),
    ("adot-collector", "adot"),
    ("opentelemetry-collector", "adot"),
    ("cloudwatch-agent", "cloudwatch-agent"),
)
_HINTS = ("xray", "x-ray", "otel", "adot", "collector", "cwagent", "cloudwatch", "trac", "daemon")
ADOT_VARIABLE = "AOT_CONFIG_CONTENT"
AGENT_VARIABLE = "CW_CONFIG_CONTENT"

_DETECTION = ["resourcedetection"]
_OTLP_ONLY: Mapping[str, Any] = {
    "receivers": {
        "otlp": {
            "protocols": {
                "grpc": {"endpoint": "0.0.0.0:4317"},
                "http": {"endpoint": "0.0.0.0:4318"},
            }
        }
    },
    "service": {"pipelines": {"traces": {"receivers": ["otlp"], "processors": _DETECTION}}},
}
# The traces of config/ecs/ in aws-observability/aws-otel-collector, which the image carries.
BUILT_IN: Mapping[str, Mapping[str, Any]] = {
    "/etc/ecs/ecs-xray.yaml": _OTLP_ONLY,
    "/etc/ecs/ecs-cloudwatch-xray.yaml": _OTLP_ONLY,
    "/etc/ecs/ecs-amp-xray.yaml": _OTLP_ONLY,
    "/etc/ecs/ecs-amp-xray-prometheus.yaml": _OTLP_ONLY,
    "/etc/ecs/ecs-default-config.yaml": {
        "receivers": {
            "otlp": {"protocols": {"grpc": {"endpoint": "0.0.0.0:55680"}}},
            "awsxray": {"endpoint": "0.0.0.0:2000", "transport": "udp"},
        },
        "service": {
            "pipelines": {"traces": {"receivers": ["otlp", "awsxray"], "processors": _DETECTION}}
        },
    },
}


def collector_in(container: Container) -> Collector | None:
    """Return the collector that a container is; None for one that has nothing to do with X-Ray."""
    kind = _kind(container)
    if kind is None:
        return None
    configuration = _configuration(kind, container)
    if not isinstance(configuration, Unknown) and _serves_others(kind, configuration):
        return None
    return Collector(
        kind=kind,
        container=container,
        configuration=configuration,
        certain=not isinstance(configuration, Unknown) or _takes_segments(container),
    )


def may_collect(container: Container) -> bool:
    """Return whether a container that is not known may still be a collector."""
    names = f"{container.name} {container.image}".lower()
    return isinstance(container.image, Unknown) or any(hint in names for hint in _HINTS)


def _serves_others(kind: CollectorKind, configuration: Mapping[str, Any]) -> bool:
    """Whether a configuration sends no traces to X-Ray, such as one for metrics alone."""
    if kind == "cloudwatch-agent":
        return configuration != {} and "traces" not in configuration
    if kind != "adot":
        return False
    exporters = [
        at(pipeline, "exporters")
        for name, pipeline in (at(configuration, "service.pipelines") or {}).items()
        if str(name).partition("/")[0] == "traces"
    ]
    return not any(
        names is None or any(str(name).partition("/")[0] == "awsxray" for name in names)
        for names in exporters
    )


def _takes_segments(container: Container) -> bool:
    return any(port.container == XRAY_PORT and port.protocol == "udp" for port in container.ports)


def _kind(container: Container) -> CollectorKind | None:
    repository = str(container.image).partition("@")[0].rpartition(":")[0] or str(container.image)
    for part, kind in _IMAGES:
        if part in repository:
            return kind
    if ADOT_VARIABLE in container.environment:
        return "adot"
    if AGENT_VARIABLE in container.environment:
        return "cloudwatch-agent"
    # A mirror may call the image anything; nothing but a collector listens on this UDP port.
    return "collector" if _takes_segments(container) else None


def _configuration(kind: CollectorKind, container: Container) -> Mapping[str, Any] | Unknown:
    if kind == "adot":
        return _adot_configuration(container)
    if kind == "cloudwatch-agent":
        return _agent_configuration(container)
    return {}


def _adot_configuration(container: Container) -> Mapping[str, Any] | Unknown:
    content = container.environment.get(ADOT_VARIABLE)
    if content is not None:
        return _parsed(content)
    if not isinstance(container.command, Unknown):
        for word, following in zip(container.command, [*container.command[1:], ""], strict=True):
            flag, _, value = str(word).partition("=")
            if flag == "--config":
                return BUILT_IN.get(value or str(following), Unknown(expression=str(word)))
    return Unknown(expression="the image's own configuration")


def _agent_configuration(container: Container) -> Mapping[str, Any] | Unknown:
    content = container.environment.get(AGENT_VARIABLE)
    if content is not None:
        return _parsed(content)
    if container.mounts or not container.environment_complete:
        return Unknown(expression="a mounted configuration")
    return {}


def _parsed(content: Text) -> Mapping[str, Any] | Unknown:
    text = str(content)
    try:
        # Placeholders stay as they are: ${AWS::Region} is a value like another.
        parsed = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        return Unknown(expression=text[:40])
    return parsed if isinstance(parsed, Mapping) else Unknown(expression=text[:40])
