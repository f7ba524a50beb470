"""What a review answers of an app: connected, not connected or cannot tell, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cdk_ecs_xray.collectors.listening import SpanProtocol
from cdk_ecs_xray.review.voice import CLOUDFORMATION, Voice
from cdk_ecs_xray.templates.model import FoundCollector
from cdk_ecs_xray.unknown import Text

# Modes in which containers of a task share one network interface.
SHARED_INTERFACE = ("awsvpc", "host")

Outcome = Literal["connected", "not-connected", "cannot-tell"]
Protocol = Literal["xray", "otlp"]
Fault = Literal[
    "address-missing",
    "address-malformed",
    "address-unanswered",
    "link-missing",
    "localhost-in-bridge",
    "network-mode-none",
    "no-segments",
    "no-spans",
    "on-loopback",
    "otlp-path",
    "otlp-protocol",
    "otlp-tls",
]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an app looks for at the other end.

    :param spans: the form of OpenTelemetry's protocol; None where the SDK chooses.
    :param tls: whether it sends over TLS; None where the scheme is not known.
    :param voice: of what was read.
    """

    protocol: Protocol
    port: int
    spans: SpanProtocol | None = None
    tls: bool | None = None
    voice: Voice = CLOUDFORMATION


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Where one way leads.

    :param collector: of the same task definition.
    :param reason: in words.
    :param fault: what is to be fixed, by a name that rules know; None where nothing is.
    :param spans: the form of OpenTelemetry's protocol that the receiver takes.
    """

    outcome: Outcome
    reason: str
    collector: FoundCollector | None = None
    fault: Fault | None = None
    spans: SpanProtocol | None = None


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where an app's traces end up by one of its variables.

    :param variable: that says so; None for an SDK's own default.
    :param address: as the app sees it; None where nothing is set.
    """

    outcome: Outcome
    variable: str | None
    protocol: Protocol
    address: Text | None
    collector: FoundCollector | None
    reason: str
    fault: Fault | None = None


def connected(
    collector: FoundCollector, reason: str, *, spans: SpanProtocol | None = None
) -> Answer:
    """Return that traces arrive at a collector."""
    return Answer(outcome="connected", reason=reason, collector=collector, spans=spans)


def cannot_tell(reason: str, *, collector: FoundCollector | None = None) -> Answer:
    """Return that the template does not show it."""
    return Answer(outcome="cannot-tell", reason=reason, collector=collector)


def lost(fault: Fault | None, reason: str, *, collector: FoundCollector | None = None) -> Answer:
    """Return that traces do not arrive."""
    return Answer(outcome="not-connected", reason=reason, fault=fault, collector=collector)
