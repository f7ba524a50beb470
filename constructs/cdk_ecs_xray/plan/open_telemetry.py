"""Which of OpenTelemetry's variables an app's owner has decided already. Pure.

A variable can be decided by another one: an endpoint of all signals by one of traces, a service's
name by its resource attributes. Setting it beside that other would overrule what the owner said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal
from urllib.parse import urlsplit

from cdk_ecs_xray.plan.network import LOOPBACK

Variables = Mapping[str, str | None]
"""An app's variables; None as value where it comes from a secret."""

SERVICE_NAME = "OTEL_SERVICE_NAME"
RESOURCE_ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
TRACES_PROTOCOL = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
PROPAGATORS = "OTEL_PROPAGATORS"
SAMPLER = "OTEL_TRACES_SAMPLER"
SAMPLER_ARGUMENT = "OTEL_TRACES_SAMPLER_ARG"
ADAPTIVE_SAMPLING = "AWS_XRAY_ADAPTIVE_SAMPLING_CONFIG"
OTHER_SIGNALS = ("METRICS", "LOGS")

OWNERS_CHOICE = frozenset(
    {ADAPTIVE_SAMPLING, SERVICE_NAME, *(f"OTEL_{signal}_EXPORTER" for signal in OTHER_SIGNALS)}
)
"""Variables whose other values serve tracing as well, so that nobody needs a warning."""


def takes_spans(wanted: Mapping[str, str]) -> bool:
    """Return whether what an app is given leads OpenTelemetry's spans somewhere."""
    return TRACES_ENDPOINT in wanted


def decided(present: Variables, wanted: Mapping[str, str]) -> frozenset[str]:
    """Return the wanted variables that the present ones decide, those of the same name left out."""
    return frozenset(_decided(present, wanted))


def exports_elsewhere(present: Variables, wanted: Mapping[str, str]) -> str | None:
    """Return the variable that leads traces past the collector; None where none does."""
    if TRACES_ENDPOINT not in wanted or TRACES_ENDPOINT in present:
        return None
    foreign = ENDPOINT in present and not leads_to(present[ENDPOINT], wanted[TRACES_ENDPOINT])
    return ENDPOINT if foreign else None


def leads_to(endpoint: str | None, collector: str) -> bool:
    """Return whether an endpoint is the collector's, over HTTP or gRPC."""
    return endpoint is not None and _protocol_at(endpoint, collector) is not None


def _decided(present: Variables, wanted: Mapping[str, str]) -> Iterator[str]:
    if RESOURCE_ATTRIBUTES in present and _names_service(present[RESOURCE_ATTRIBUTES]):
        yield SERVICE_NAME
    if SAMPLER in present and present[SAMPLER] != wanted.get(SAMPLER):
        yield SAMPLER_ARGUMENT
    if SAMPLER_ARGUMENT in present and present[SAMPLER_ARGUMENT] != wanted.get(SAMPLER_ARGUMENT):
        yield SAMPLER
    if TRACES_ENDPOINT in wanted:
        yield from _decided_of_export(present, wanted)


def _decided_of_export(present: Variables, wanted: Mapping[str, str]) -> Iterator[str]:
    if ENDPOINT in present:
        yield TRACES_ENDPOINT
        yield from (f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT" for signal in OTHER_SIGNALS)
    endpoint = present.get(TRACES_ENDPOINT, present.get(ENDPOINT, wanted[TRACES_ENDPOINT]))
    over_http = endpoint is not None and (_protocol_at(endpoint, wanted[TRACES_ENDPOINT]) == "http")
    if PROTOCOL in present or not over_http:
        yield TRACES_PROTOCOL
    elsewhere = exports_elsewhere(present, wanted) is not None
    for signal in OTHER_SIGNALS:
        if elsewhere or f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT" in present:
            yield f"OTEL_{signal}_EXPORTER"


def _names_service(attributes: str | None) -> bool:
    # What nobody can read may name it, and the variable would win over that.
    return attributes is None or any(
        pair.partition("=")[0].strip() == "service.name" for pair in attributes.split(",")
    )


def _protocol_at(endpoint: str, collector: str) -> Literal["grpc", "http"] | None:
    """Return how an endpoint leads to the collector, by its port; None where it does not.

    :param collector: its address over HTTP; that over gRPC is at the port before.
    """
    try:
        found, its = urlsplit(endpoint), urlsplit(collector)
        port, over_http = found.port, its.port
    except ValueError:
        return None
    host = LOOPBACK if found.hostname == "localhost" else found.hostname
    if host != its.hostname or port is None or over_http is None:
        return None
    if port == over_http:
        return "http"
    return "grpc" if port == over_http - 1 else None
