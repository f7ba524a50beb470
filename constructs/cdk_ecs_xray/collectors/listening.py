"""Where a collector listens, as its command or configuration says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from cdk_ecs_xray.plan.network import LOOPBACK, XRAY_PORT
from cdk_ecs_xray.unknown import Text, Unknown

SpanProtocol = Literal["grpc", "http"]
LOOPBACK_HOSTS = frozenset({LOOPBACK, "localhost"})
LOOPBACK_ENDPOINT = f"{LOOPBACK}:{XRAY_PORT}"
"""Where the receivers of ADOT and the CloudWatch agent listen unless their configuration says."""


@dataclass(frozen=True, kw_only=True)
class SpanReceiver:
    """One place where a collector takes OpenTelemetry's protocol.

    :param endpoint: ``host:port``, Unknown where nobody can tell.
    :param tls: whether it takes TLS only; receivers take plain text by default.
    """

    protocol: SpanProtocol
    endpoint: Text
    tls: bool = False


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Where a collector takes segments and answers for sampling.

    :param segments: ``host:port`` over UDP; None when it takes no segments at all, Unknown where
        nobody can tell.
    :param sampling: ``host:port`` over TCP, likewise.
    :param otlp: whether it takes OpenTelemetry's protocol.
    :param spans: where it takes that; empty where nobody can tell.
    """

    segments: Text | None
    sampling: Text | None
    otlp: bool
    spans: Sequence[SpanReceiver] = ()

    @classmethod
    def unknown(cls, why: Unknown) -> Self:
        """Return that nobody can tell."""
        return cls(segments=why, sampling=why, otlp=True)


def on_loopback(endpoint: Text | None) -> bool:
    """Return whether only the collector's own network interface reaches an endpoint."""
    return isinstance(endpoint, str) and endpoint.rpartition(":")[0] in LOOPBACK_HOSTS


def port_of(endpoint: Text | None) -> int | None:
    """Return the port of an endpoint, where it is known."""
    port = endpoint.rpartition(":")[2] if isinstance(endpoint, str) else ""
    return int(port) if port.isdigit() else None


def endpoint_text(value: object) -> Text:
    """Return an endpoint of a configuration; what is left out listens on loopback."""
    text = LOOPBACK_ENDPOINT if value is None else str(value)
    return Unknown(expression=text) if "${" in text else text
