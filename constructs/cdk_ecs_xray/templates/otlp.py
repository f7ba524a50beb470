"""Reads where OpenTelemetry's SDKs send spans, as its specification has the variables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.collectors.listening import SpanProtocol
from cdk_ecs_xray.templates.address import Endpoint, Malformed
from cdk_ecs_xray.unknown import Text, Unknown

GENERIC = "OTEL_EXPORTER_OTLP_ENDPOINT"
OF_TRACES = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
OF_OTHERS = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT")
_EXPORTER = "OTEL_TRACES_EXPORTER"
_DISABLED = "OTEL_SDK_DISABLED"
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
# https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#exporter-selection
_SILENT = ("none", "console", "logging")

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_URL = re.compile(
    r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://)?(?P<host>\[[^\]]*\]|[^/:?#\s]+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^?#\s]*)?"
)
_SCHEME_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class SpanDestination:
    """Where spans go.

    :param variable: that says so.
    :param endpoint: Malformed for no URL, Unknown where nothing of it is known.
    :param path: of the URL; empty without one.
    :param tls: whether the scheme asks for TLS; None without a scheme.
    """

    variable: str
    value: Text
    endpoint: Endpoint | Malformed | Unknown
    path: str
    tls: bool | None = None


def span_destination(environment: Mapping[str, Text]) -> SpanDestination | None:
    """Return where an app's spans go; None where no variable says. An empty value is none."""
    for variable in (OF_TRACES, GENERIC):
        value = environment.get(variable)
        if value is not None and value != "":
            return destination_of(variable, value)
    return None


def other_destinations(environment: Mapping[str, Text]) -> Sequence[SpanDestination]:
    """Return where metrics and logs go, of the variables for these signals alone."""
    named = ((variable, environment.get(variable)) for variable in OF_OTHERS)
    return [destination_of(variable, value) for variable, value in named if value]


def silence(environment: Mapping[str, Text]) -> str | None:
    """Return which variable keeps an SDK from exporting traces; None for none."""
    exporter = environment.get(_EXPORTER)
    if isinstance(exporter, str) and exporter and "otlp" not in exporter.split(","):
        silent = all(name.strip() in _SILENT for name in exporter.split(","))
        return f"{_EXPORTER} is '{exporter}'" if silent else None
    if str(environment.get(_DISABLED)).lower() == "true":
        return f"{_DISABLED} is 'true'"
    return None


def other_exporter(environment: Mapping[str, Text]) -> str | None:
    """Return the exporter that an app uses in place of OTLP; None where it may be OTLP."""
    exporter = environment.get(_EXPORTER)
    other = isinstance(exporter, str) and exporter and "otlp" not in exporter.split(",")
    return str(exporter) if other else None


def protocol_of(environment: Mapping[str, Text]) -> SpanProtocol | None:
    """Return the protocol that an app sends spans with; None where it is the SDK's own default."""
    for variable in _PROTOCOLS:
        value = environment.get(variable)
        if isinstance(value, str) and value:
            return "grpc" if value == "grpc" else "http" if value.startswith("http") else None
    return None


def destination_of(variable: str, value: Text) -> SpanDestination:
    """Return what the value of an endpoint variable says."""
    text = str(value)
    names = iter(_PLACEHOLDER.findall(text))
    found = _URL.fullmatch(_PLACEHOLDER.sub("\0", text))
    endpoint: Endpoint | Malformed | Unknown
    path = ""
    if found is None:
        why = "it is no URL"
        endpoint = Malformed(why=why) if isinstance(value, str) else Unknown(expression=text)
        return SpanDestination(variable=variable, value=value, endpoint=endpoint, path=path)
    host: Text = re.sub("\0", lambda _: next(names), found["host"])
    if "\0" in found["host"]:
        host = Unknown(expression=str(host))
    scheme = (found["scheme"] or "http").lower()
    if "\0" in (found["scheme"] or "") or (isinstance(host, Unknown) and found["port"] is None):
        endpoint = Unknown(expression=text)
    else:
        port = int(found["port"]) if found["port"] else _SCHEME_PORTS.get(scheme, 80)
        endpoint = Endpoint(host=host, port=port)
    return SpanDestination(
        variable=variable,
        value=value,
        endpoint=endpoint,
        path=(found["path"] or "").rstrip("/"),
        tls={"http": False, "https": True}.get((found["scheme"] or "").lower()),
    )
