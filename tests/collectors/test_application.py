"""What OpenTelemetry SDKs read, by the specification's words for each variable."""

from __future__ import annotations

from typing import Any

import pytest

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, Collector, XRayDaemon
from cdk_ecs_xray.collectors.application import named

TAKING_SPANS = [AdotCollector(), CloudWatchAgent()]


@pytest.mark.parametrize("collector", TAKING_SPANS)
def test_spans_have_an_endpoint_of_their_own_with_its_path(collector: Collector) -> None:
    environment = collector.application_environment("xray")
    assert environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == "http://xray:4318/v1/traces"
    assert environment["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] == "http/protobuf"
    # Of all signals, it would lead metrics and logs to a collector of traces.
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" not in environment
    assert "OTEL_EXPORTER_OTLP_PROTOCOL" not in environment


@pytest.mark.parametrize("collector", TAKING_SPANS)
def test_signals_that_the_collector_does_not_take_are_off(collector: Collector) -> None:
    environment = collector.application_environment("xray")
    assert environment["OTEL_METRICS_EXPORTER"] == "none"
    assert environment["OTEL_LOGS_EXPORTER"] == "none"


def receiving(*signals: str) -> dict[str, Any]:
    pipeline = {"receivers": ["awsxray", "otlp"], "exporters": ["awsxray"]}
    return {
        "receivers": {
            "awsxray": {
                "endpoint": "127.0.0.1:2000",
                "proxy_server": {"endpoint": "127.0.0.1:2000"},
            },
            "otlp": {"protocols": {"http": {"endpoint": "127.0.0.1:4318"}}},
        },
        "exporters": {"awsxray": {}},
        "service": {"pipelines": dict.fromkeys(signals, pipeline)},
    }


@pytest.mark.parametrize(
    ("signals", "taken"),
    [
        (("traces",), set()),
        (("traces", "metrics/ours"), {"METRICS"}),
        (("traces", "metrics", "logs"), {"METRICS", "LOGS"}),
    ],
)
def test_a_configuration_that_takes_more_signals_gets_them(
    signals: tuple[str, ...], taken: set[str]
) -> None:
    collector = AdotCollector(config=receiving(*signals))
    environment = collector.application_environment("127.0.0.1")
    for signal in ("METRICS", "LOGS"):
        endpoint = environment.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
        exporter = environment.get(f"OTEL_{signal}_EXPORTER")
        if signal in taken:
            assert (endpoint, exporter) == (f"http://127.0.0.1:4318/v1/{signal.lower()}", None)
        else:
            assert (endpoint, exporter) == (None, "none")


@pytest.mark.parametrize("collector", TAKING_SPANS)
def test_callers_with_either_header_belong_to_the_trace(collector: Collector) -> None:
    environment = collector.application_environment("xray")
    assert environment["OTEL_PROPAGATORS"].split(",") == ["baggage", "xray", "tracecontext"]


@pytest.mark.parametrize("collector", TAKING_SPANS)
def test_both_kinds_of_sdk_report_under_one_name(collector: Collector) -> None:
    environment = named(collector.application_environment("xray"), "shop")
    assert environment["AWS_XRAY_TRACING_NAME"] == "shop"
    assert environment["OTEL_SERVICE_NAME"] == "shop"


def test_without_spans_there_is_nothing_of_open_telemetry() -> None:
    environment = named(XRayDaemon().application_environment("xray"), "shop")
    assert environment["AWS_XRAY_TRACING_NAME"] == "shop"
    assert [name for name in environment if name.startswith("OTEL_")] == []
