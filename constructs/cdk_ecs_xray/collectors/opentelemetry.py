"""Reads the configuration of an OpenTelemetry collector, ADOT's and any other distribution's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.configuration import at
from cdk_ecs_xray.collectors.engine import parsed
from cdk_ecs_xray.collectors.evidence import Evidence, flag_value
from cdk_ecs_xray.collectors.exporter import is_traces_endpoint
from cdk_ecs_xray.collectors.image import tag_of
from cdk_ecs_xray.collectors.listening import (
    Listening,
    SpanProtocol,
    SpanReceiver,
    endpoint_text,
)
from cdk_ecs_xray.plan.network import LOOPBACK, OTLP_GRPC_PORT, OTLP_HTTP_PORT
from cdk_ecs_xray.unknown import Text, Unknown

_CONFIG_FLAGS = ("--config",)
_SPAN_PORTS: Mapping[SpanProtocol, int] = {"grpc": OTLP_GRPC_PORT, "http": OTLP_HTTP_PORT}
_SINCE = (0, 104)
_ADOT_SINCE = (0, 42)
_FROM_VARIABLE = "env:"
ORIGIN_PROCESSORS = ("resource_detection", "resourcedetection")
"""The processor that shows where spans come from: by its name since contrib 0.156, and before."""


def component_type(component: str) -> str:
    """Return the type of a component: ``awsxray`` of ``awsxray/second``."""
    return str(component).partition("/")[0]


def pipelines(configuration: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the pipelines for every signal."""
    return [_mapping(one) for one in _mapping(at(configuration, "service.pipelines")).values()]


def traces_pipelines(configuration: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the pipelines for traces."""
    return [
        _mapping(pipeline)
        for name, pipeline in _mapping(at(configuration, "service.pipelines")).items()
        if component_type(name) == "traces"
    ]


def components(pipeline: Mapping[str, Any], section: str) -> Sequence[str]:
    """Return the names of a pipeline's receivers, processors or exporters."""
    found = pipeline.get(section)
    return [str(name) for name in found] if isinstance(found, list | tuple) else []


def configuration_of(
    evidence: Evidence, *, variable: str | None, built_in: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any] | Unknown:
    """Return the configuration that a container brings, or that its image is known to hold.

    :param variable: the variable that holds it whatever the command says.
    :param built_in: configurations in the image, by their path.
    """
    content = None if variable is None else evidence.environment.get(variable)
    if content is not None:
        return parsed(content)
    file = flag_value(evidence, _CONFIG_FLAGS)
    if file is None or isinstance(file, Unknown):
        return Unknown(expression="the image's own configuration")
    if file.startswith(_FROM_VARIABLE):
        named = evidence.environment.get(file.removeprefix(_FROM_VARIABLE))
        return Unknown(expression=file) if named is None else parsed(named)
    return built_in.get(file.removeprefix("file:"), Unknown(expression=file))


def collects_traces(configuration: Mapping[str, Any]) -> bool:
    """Return whether a pipeline for traces sends to X-Ray."""
    return any(
        # A pipeline that names no exporter is unfinished, not somebody else's.
        "exporters" not in pipeline
        or any(
            _sends_to_xray(name, at(configuration, "exporters"))
            for name in components(pipeline, "exporters")
        )
        for pipeline in traces_pipelines(configuration)
    )


def sends_spans(configuration: Mapping[str, Any]) -> bool:
    """Return whether a pipeline for traces sends to X-Ray's endpoint for OpenTelemetry."""
    return any(
        component_type(name) != "awsxray" and _sends_to_xray(name, at(configuration, "exporters"))
        for pipeline in traces_pipelines(configuration)
        for name in components(pipeline, "exporters")
    )


def signs_spans(configuration: Mapping[str, Any]) -> bool:
    """Return whether the service runs sigv4auth, which looks for credentials before it starts."""
    extensions = at(configuration, "service.extensions")
    names = extensions if isinstance(extensions, list | tuple) else ()
    return any(component_type(str(name)) == "sigv4auth" for name in names)


def segments_sent_as_spans(configuration: Mapping[str, Any]) -> bool:
    """Return whether segments of X-Ray SDKs leave for X-Ray as spans alone."""
    ways = [
        component_type(name)
        for pipeline in traces_pipelines(configuration)
        if any(component_type(one) == "awsxray" for one in components(pipeline, "receivers"))
        for name in components(pipeline, "exporters")
        if _sends_to_xray(name, at(configuration, "exporters"))
    ]
    return bool(ways) and "awsxray" not in ways


def signals_over_otlp(configuration: Mapping[str, Any]) -> frozenset[str]:
    """Return the signals that arrive over OpenTelemetry's protocol: traces, metrics, logs."""
    return frozenset(
        component_type(name)
        for name, pipeline in _mapping(at(configuration, "service.pipelines")).items()
        if any(component_type(one) == "otlp" for one in components(_mapping(pipeline), "receivers"))
    )


def detects_origin(configuration: Mapping[str, Any]) -> bool:
    """Return whether a pipeline lets X-Ray know that traces come from ECS."""
    processors = _mapping(at(configuration, "processors"))
    return any(
        component_type(name) in ORIGIN_PROCESSORS
        or (component_type(name) == "resource" and "cloud.platform" in str(processors.get(name)))
        for pipeline in traces_pipelines(configuration)
        for name in components(pipeline, "processors")
    )


def names_region(configuration: Mapping[str, Any]) -> bool:
    """Return whether an exporter names a region."""
    exporters = _mapping(at(configuration, "exporters"))
    return any("region" in _mapping(settings) for settings in exporters.values())


def listening(evidence: Evidence, configuration: Mapping[str, Any]) -> Listening:
    """Return where the receivers of the pipelines for traces listen."""
    receivers = _mapping(at(configuration, "receivers"))
    names = {
        name
        for pipeline in traces_pipelines(configuration)
        for name in components(pipeline, "receivers")
    }
    spans = [
        receiver
        for name in sorted(names)
        if component_type(name) == "otlp"
        for receiver in _span_receivers(evidence, _mapping(receivers.get(name)))
    ]
    otlp = any(component_type(name) == "otlp" for name in names)
    for name in sorted(names):
        if component_type(name) == "awsxray":
            receiver = _mapping(receivers.get(name))
            return Listening(
                segments=endpoint_text(at(receiver, "endpoint")),
                sampling=endpoint_text(at(receiver, "proxy_server.endpoint")),
                otlp=otlp,
                spans=spans,
            )
    return Listening(segments=None, sampling=None, otlp=otlp, spans=spans)


def _span_receivers(evidence: Evidence, receiver: Mapping[str, Any]) -> Iterator[SpanReceiver]:
    protocols = _mapping(receiver.get("protocols"))
    for protocol, port in _SPAN_PORTS.items():
        if protocol not in protocols:
            continue
        endpoint = at(protocols, f"{protocol}.endpoint")
        yield SpanReceiver(
            protocol=protocol,
            endpoint=_default_endpoint(evidence, port)
            if endpoint is None
            else endpoint_text(endpoint),
            tls=at(protocols, f"{protocol}.tls") is not None,
        )


def _default_endpoint(evidence: Evidence, port: int) -> Text:
    """Return where a receiver listens that names no endpoint.

    Loopback since collector 0.104 (feature gate component.UseLocalHostAsDefaultHost), all
    interfaces before; ADOT numbers its releases by itself, so its older ones are left open.
    """
    tag = tag_of(evidence.image)
    numbers = re.match(r"v?([0-9]+)\.([0-9]+)", tag or "")
    first = _ADOT_SINCE if "aws" in str(evidence.image) else _SINCE
    recent = tag == "latest" or (
        numbers is not None and (int(numbers[1]), int(numbers[2])) >= first
    )
    return f"{LOOPBACK}:{port}" if recent else Unknown(expression=f"${{default}}:{port}")


def _sends_to_xray(name: str, exporters: object) -> bool:
    if component_type(name) == "awsxray":
        return True
    settings = _mapping(_mapping(exporters).get(name))
    return any(is_traces_endpoint(settings.get(key)) for key in ("endpoint", "traces_endpoint"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
