"""The CloudWatch agent's configuration: what the kit gives it, where it listens, where it sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.configuration import Configuration, at, listening_problems
from cdk_ecs_xray.collectors.description import Placement
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.exporter import Exporter
from cdk_ecs_xray.collectors.listening import (
    Listening,
    SpanProtocol,
    SpanReceiver,
    endpoint_text,
)
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.plan.network import (
    ALL_INTERFACES,
    LOOPBACK,
    OTLP_GRPC_PORT,
    OTLP_HTTP_PORT,
    SIGNALS_GRPC_PORT,
    SIGNALS_HTTP_PORT,
    XRAY_PORT,
)
from cdk_ecs_xray.unknown import Text

_WHERE = "CloudWatchAgent"
COLLECTED = "traces.traces_collected"
SPANS_COLLECTED = "opentelemetry.collect.otlp"
"""The section that sends to X-Ray's endpoint for OpenTelemetry; ``traces`` uses X-Ray's own API."""
_SIGNALS = "application_signals"
# Where Application Signals' receivers listen, whatever the configuration says.
_APPLICATION_SIGNALS: Mapping[SpanProtocol, int] = {
    "grpc": SIGNALS_GRPC_PORT,
    "http": SIGNALS_HTTP_PORT,
}


def generated_configuration(
    placement: Placement,
    *,
    exporter: Exporter,
    region: str,
    role_arn: str | None,
    resource_arn: str | None,
) -> Configuration:
    """Return the configuration for one placement."""
    address = placement.network.bind_address
    spans = {
        "grpc_endpoint": f"{address}:{OTLP_GRPC_PORT}",
        "http_endpoint": f"{address}:{OTLP_HTTP_PORT}",
    }
    credentials = {} if role_arn is None else {"credentials": {"role_arn": role_arn}}
    to_endpoint = {
        # Without a region here the section finds none.
        "agent": {"region": region, **credentials},
        "opentelemetry": {"collect": {"otlp": spans}},
    }
    if exporter == "otlp":
        return to_endpoint
    traces = {
        "traces_collected": {
            # Both default to loopback, which a linked app does not reach.
            "xray": {
                "bind_address": f"{address}:{XRAY_PORT}",
                "tcp_proxy": {"bind_address": f"{address}:{XRAY_PORT}"},
            },
            **({"otlp": spans} if exporter == "xray" else {}),
        },
        "local_mode": True,
        **credentials,
        **({} if resource_arn is None else {"resource_arn": resource_arn}),
    }
    return {"traces": traces, **(to_endpoint if exporter == "both" else {})}


def signals_configuration(
    *, region: str, role_arn: str | None, resource_arn: str | None
) -> Configuration:
    """Return the configuration that takes Application Signals, and the traces beside them.

    The section of traces serves the sampling rules on TCP 2000 of every interface (read in the
    agent's ``extension/awsproxy``), so X-Ray's receiver, which has a server of its own there, is
    left out: the agent would end as the port is taken.
    """
    credentials = {} if role_arn is None else {"credentials": {"role_arn": role_arn}}
    named = {} if resource_arn is None else {"resource_arn": resource_arn}
    return {
        "agent": {"region": region, **credentials},
        "traces": {"traces_collected": {_SIGNALS: {}}, "local_mode": True, **named},
        "logs": {"metrics_collected": {_SIGNALS: {}}},
    }


def takes_signals(config: Configuration) -> bool:
    """Return whether it takes the traces of Application Signals, with the sampling rules."""
    return isinstance(at(config, f"{COLLECTED}.{_SIGNALS}"), Mapping)


def takes_segments(config: Configuration) -> bool:
    """Return whether it has the receiver of X-Ray SDKs, and with it the sampling rules."""
    return isinstance(at(config, f"{COLLECTED}.xray"), Mapping)


def takes_spans(config: Configuration) -> bool:
    """Return whether it has a receiver of OpenTelemetry's protocol."""
    return at(config, f"{COLLECTED}.otlp") is not None or sends_spans(config)


def sends_spans(config: Mapping[str, Any]) -> bool:
    """Return whether it sends to X-Ray's endpoint for OpenTelemetry."""
    return at(config, SPANS_COLLECTED) is not None


def reach_problems(config: Configuration, bind_address: str) -> Sequence[Problem]:
    """Return receivers that listen where no app reaches them."""
    problems: list[Problem] = []
    for path, port in (
        (f"{COLLECTED}.xray.bind_address", XRAY_PORT),
        (f"{COLLECTED}.xray.tcp_proxy.bind_address", XRAY_PORT),
        (f"{COLLECTED}.otlp.grpc_endpoint", OTLP_GRPC_PORT),
        (f"{COLLECTED}.otlp.http_endpoint", OTLP_HTTP_PORT),
        (f"{SPANS_COLLECTED}.grpc_endpoint", OTLP_GRPC_PORT),
        (f"{SPANS_COLLECTED}.http_endpoint", OTLP_HTTP_PORT),
    ):
        endpoint = at(config, path)
        # What is left out listens on the agent's own default, loopback, or not at all.
        if endpoint is None:
            if port != XRAY_PORT or not takes_segments(config):
                continue
            endpoint = f"127.0.0.1:{port}"
        problems += listening_problems(
            _WHERE, f"config {path}", endpoint, port=port, bind_address=bind_address
        )
    return problems


def listening(evidence: Evidence, configuration: Mapping[str, Any]) -> Listening:
    """Return where its receivers listen."""
    del evidence
    collected = at(configuration, COLLECTED)
    collected = collected if isinstance(collected, Mapping) else {}
    spans = [
        *_span_receivers(at(collected, "otlp"), OTLP_GRPC_PORT, OTLP_HTTP_PORT),
        *_span_receivers(at(configuration, SPANS_COLLECTED), OTLP_GRPC_PORT, OTLP_HTTP_PORT),
    ]
    sampling: Text | None = None
    if _SIGNALS in collected:
        sampling = f"{ALL_INTERFACES}:{XRAY_PORT}"
        spans += [
            SpanReceiver(protocol=protocol, endpoint=f"{ALL_INTERFACES}:{port}")
            for protocol, port in _APPLICATION_SIGNALS.items()
        ]
    otlp = bool(spans)
    if "xray" not in collected:
        return Listening(segments=None, sampling=sampling, otlp=otlp, spans=spans)
    xray = collected["xray"]
    return Listening(
        segments=endpoint_text(at(xray, "bind_address")),
        sampling=endpoint_text(at(xray, "tcp_proxy.bind_address")),
        otlp=otlp,
        spans=spans,
    )


def _span_receivers(section: object, grpc: int, http: int) -> Iterator[SpanReceiver]:
    """Return the receivers of a section, which listen on loopback where it does not say."""
    for one in section if isinstance(section, list) else [section]:
        if not isinstance(one, Mapping):
            continue
        for protocol, key, port in (
            ("grpc", "grpc_endpoint", grpc),
            ("http", "http_endpoint", http),
        ):
            endpoint = one.get(key, f"{LOOPBACK}:{port}")
            yield SpanReceiver(
                protocol="grpc" if protocol == "grpc" else "http", endpoint=endpoint_text(endpoint)
            )
