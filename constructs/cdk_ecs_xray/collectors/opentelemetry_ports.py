"""Every port that an OpenTelemetry collector opens with a configuration, ADOT's included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.configuration import at
from cdk_ecs_xray.collectors.description import CollectorPort
from cdk_ecs_xray.collectors.listening import port_of
from cdk_ecs_xray.collectors.opentelemetry import component_type, components, pipelines
from cdk_ecs_xray.plan.network import OTLP_GRPC_PORT, OTLP_HTTP_PORT, XRAY_PORT

_HERE = frozenset({"", "0.0.0.0", "127.0.0.1", "localhost", "[::]", "[::1]"})  # noqa: S104
_FOR_APPS = ("awsxray", "otlp")
# Where components listen unless their configuration says, by their documentation in collector
# and contrib 0.156, which ADOT 0.49 carries.
_DEFAULTS: Mapping[str, CollectorPort] = {
    kind: CollectorPort(container_port=port, protocol="udp" if kind == "statsd" else "tcp")
    for kind, port in {
        "awsproxy": XRAY_PORT,
        "health_check": 13133,
        "pprof": 1777,
        "statsd": 8125,
        "zipkin": 9411,
        "zpages": 55679,
    }.items()
}
_OTLP_DEFAULTS = {"grpc": OTLP_GRPC_PORT, "http": OTLP_HTTP_PORT}
_OWN_METRICS = CollectorPort(container_port=8888, protocol="tcp")
"""Measured on ADOT 0.49: an app on 8888 fails to start, as the collector starts first."""


def ports_for_apps(configuration: Mapping[str, Any]) -> Sequence[CollectorPort]:
    """Return the TCP ports that apps reach: sampling, and spans."""
    return [
        port
        for name, settings in _running(configuration)
        if component_type(name) in _FOR_APPS
        for port in _ports(name, settings)
        if port.protocol == "tcp"
    ]


def own_ports(configuration: Mapping[str, Any]) -> Sequence[CollectorPort]:
    """Return what it opens besides: health check, its own metrics, receivers of other signals."""
    return [
        *(
            port
            for name, settings in _running(configuration)
            if component_type(name) not in _FOR_APPS
            for port in _ports(name, settings)
        ),
        *_telemetry(configuration),
    ]


def _running(configuration: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give the receivers and extensions that the service starts, with their settings."""
    names = {
        name for pipeline in pipelines(configuration) for name in components(pipeline, "receivers")
    }
    for name in sorted(names):
        yield name, _settings(configuration, "receivers", name)
    extensions = at(configuration, "service.extensions")
    for name in extensions if isinstance(extensions, list | tuple) else ():
        yield str(name), _settings(configuration, "extensions", str(name))


def _settings(configuration: Mapping[str, Any], section: str, name: str) -> Any:
    # By its own key, as a component's name may hold a dot.
    defined = configuration.get(section)
    return defined.get(name) if isinstance(defined, Mapping) else None


def _ports(name: str, settings: Any) -> Iterator[CollectorPort]:
    kind = component_type(name)
    if kind == "awsxray":
        yield CollectorPort(container_port=_port(at(settings, "endpoint")), protocol="udp")
        proxy = at(settings, "proxy_server.endpoint")
        yield CollectorPort(container_port=_port(proxy), protocol="tcp")
    elif kind == "otlp":
        protocols = at(settings, "protocols")
        for protocol, default in _OTLP_DEFAULTS.items():
            if isinstance(protocols, Mapping) and protocol in protocols:
                port = port_of(at(protocols[protocol], "endpoint"))
                yield CollectorPort(
                    container_port=default if port is None else port, protocol="tcp"
                )
    else:
        default_port = _DEFAULTS.get(kind)
        endpoint = at(settings, "endpoint")
        if endpoint is None:
            yield from () if default_port is None else (default_port,)
        elif isinstance(endpoint, str) and endpoint.rpartition(":")[0] in _HERE:
            port = port_of(endpoint)
            protocol = "tcp" if default_port is None else default_port.protocol
            if port is not None:
                yield CollectorPort(container_port=port, protocol=protocol)


def _telemetry(configuration: Mapping[str, Any]) -> Iterator[CollectorPort]:
    metrics = at(configuration, "service.telemetry.metrics")
    level = at(metrics, "level")
    if isinstance(level, str) and level.lower() == "none":
        return
    readers = at(metrics, "readers")
    if readers is None:
        port = port_of(at(metrics, "address"))
        yield _OWN_METRICS if port is None else CollectorPort(container_port=port, protocol="tcp")
        return
    for reader in readers if isinstance(readers, list | tuple) else ():
        port = at(reader, "pull.exporter.prometheus.port")
        if isinstance(port, int):
            yield CollectorPort(container_port=port, protocol="tcp")


def _port(endpoint: object) -> int:
    port = port_of(endpoint) if isinstance(endpoint, str) else None
    return XRAY_PORT if port is None else port
