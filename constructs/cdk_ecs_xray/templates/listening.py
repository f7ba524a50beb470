"""Where a collector listens, as its command or configuration says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.collectors.configuration import at
from cdk_ecs_xray.plan.network import ALL_INTERFACES, LOOPBACK, XRAY_PORT
from cdk_ecs_xray.templates.address import LOOPBACK_HOSTS
from cdk_ecs_xray.templates.intrinsics import Text, Unknown
from cdk_ecs_xray.templates.model import Collector, Container

_BIND_FLAGS = ("-b", "--bind")
_CONFIG_FLAGS = ("-c", "--config")
_BIND_TCP_FLAGS = ("-t", "--bind-tcp")


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Where a collector takes segments and answers for sampling.

    :param segments: ``host:port`` over UDP; None when it takes no segments at all, Unknown where
        the configuration is not in the template.
    :param sampling: ``host:port`` over TCP, likewise.
    :param otlp: whether it takes OpenTelemetry's protocol.
    """

    segments: Text | None
    sampling: Text | None
    otlp: bool


def listening(collector: Collector) -> Listening:
    """Return where a collector listens. Sources: the entry points and defaults of the images."""
    if collector.kind == "adot":
        return _adot(collector.configuration)
    if collector.kind == "cloudwatch-agent":
        return _agent(collector.configuration)
    if collector.kind == "xray-daemon":
        return _daemon(collector.container)
    unknown = Unknown(expression="an image that is not known")
    return Listening(segments=unknown, sampling=unknown, otlp=True)


def on_loopback(endpoint: Text | None) -> bool:
    """Return whether only the collector's own network interface reaches an endpoint."""
    return isinstance(endpoint, str) and endpoint.rpartition(":")[0] in LOOPBACK_HOSTS


def port_of(endpoint: Text | None) -> int | None:
    """Return the port of an endpoint, where it is known."""
    port = endpoint.rpartition(":")[2] if isinstance(endpoint, str) else ""
    return int(port) if port.isdigit() else None


def flag_value(container: Container, flags: Sequence[str]) -> Text | None:
    """Return the last value of a command-line flag; None when it is not there.

    Unknown where the command is.
    """
    if isinstance(container.command, Unknown) or isinstance(container.entry_point, Unknown):
        return Unknown(expression="the command")
    words = [*container.entry_point, *container.command]
    value: Text | None = None
    for position, word in enumerate(words):
        name, equals, rest = str(word).partition("=")
        if name in flags:
            following = words[position + 1] if position + 1 < len(words) else ""
            value = rest if equals else following
        elif name[:2] in flags and len(name) > len("-m") and not name.startswith("--"):
            value = name[2:]
    return Unknown(expression="the command") if value is None and _may_hold_flags(words) else value


def _may_hold_flags(words: Sequence[Text]) -> bool:
    """Return whether an open word may be a flag; one that follows a flag is its value."""
    return any(
        isinstance(word, Unknown) and not str(before).startswith("-")
        for before, word in zip(["", *words], words, strict=False)
    )


def has_flag(container: Container, flags: Sequence[str]) -> bool:
    """Return whether a switch without a value is certainly on the command line."""
    if isinstance(container.command, Unknown) or isinstance(container.entry_point, Unknown):
        return False
    return any(str(word) in flags for word in [*container.entry_point, *container.command])


def buffer_memory(collector: Collector) -> Text | None:
    """Return the daemon's buffer memory in MiB; None when nobody set it."""
    value = flag_value(collector.container, ("-m", "--buffer-memory"))
    if value is None and flag_value(collector.container, _CONFIG_FLAGS) is not None:
        return Unknown(expression="a configuration file")
    return value


def traces_pipelines(configuration: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the pipelines for traces of an OpenTelemetry collector's configuration."""
    return [
        _mapping(pipeline)
        for name, pipeline in _mapping(at(configuration, "service.pipelines")).items()
        if str(name).partition("/")[0] == "traces"
    ]


def configures_region(collector: Collector) -> bool:
    """Return whether an OpenTelemetry collector's exporter names a region, or may name one."""
    if isinstance(collector.configuration, Unknown):
        return True
    exporters = _mapping(at(collector.configuration, "exporters"))
    return any("region" in _mapping(settings) for settings in exporters.values())


def _daemon(container: Container) -> Listening:
    # The images' own entry point binds all interfaces; the daemon without it does not.
    host = LOOPBACK if container.entry_point else ALL_INTERFACES
    default: Text = f"{host}:{XRAY_PORT}"
    if flag_value(container, _CONFIG_FLAGS) is not None:
        default = Unknown(expression="a configuration file")
    segments, sampling = (flag_value(container, flags) for flags in (_BIND_FLAGS, _BIND_TCP_FLAGS))
    return Listening(
        segments=default if segments is None else segments,
        sampling=default if sampling is None else sampling,
        otlp=False,
    )


def _adot(configuration: Mapping[str, Any] | Unknown) -> Listening:
    if isinstance(configuration, Unknown):
        return Listening(segments=configuration, sampling=configuration, otlp=True)
    names = {
        str(name)
        for pipeline in traces_pipelines(configuration)
        for name in at(pipeline, "receivers") or ()
    }
    otlp = any(name.partition("/")[0] == "otlp" for name in names)
    for name in sorted(names):
        if name.partition("/")[0] == "awsxray":
            receiver = _mapping(at(configuration, "receivers")).get(name)
            return Listening(
                segments=_text(at(receiver, "endpoint"), f"{LOOPBACK}:{XRAY_PORT}"),
                sampling=_text(at(receiver, "proxy_server.endpoint"), f"{LOOPBACK}:{XRAY_PORT}"),
                otlp=otlp,
            )
    return Listening(segments=None, sampling=None, otlp=otlp)


def _agent(configuration: Mapping[str, Any] | Unknown) -> Listening:
    if isinstance(configuration, Unknown):
        return Listening(segments=configuration, sampling=configuration, otlp=True)
    collected = _mapping(at(configuration, "traces.traces_collected"))
    # Application Signals' receiver takes spans over OpenTelemetry's protocol, on port 4316.
    otlp = "otlp" in collected or "application_signals" in collected
    if "xray" not in collected:
        return Listening(segments=None, sampling=None, otlp=otlp)
    xray = collected["xray"]
    return Listening(
        segments=_text(at(xray, "bind_address"), f"{LOOPBACK}:{XRAY_PORT}"),
        sampling=_text(at(xray, "tcp_proxy.bind_address"), f"{LOOPBACK}:{XRAY_PORT}"),
        otlp=otlp,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object, default: str) -> Text:
    text = default if value is None else str(value)
    return Unknown(expression=text) if "${" in text else text
