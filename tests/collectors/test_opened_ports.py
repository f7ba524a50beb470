"""Every port that a collector opens, so that no app beside it finds its own taken."""

from __future__ import annotations

from typing import Any

import pytest

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, Collector, Placement, XRayDaemon
from cdk_ecs_xray.collectors.description import opened_by
from cdk_ecs_xray.plan.network import NETWORKS

AWSVPC = Placement(network=NETWORKS["awsvpc"], region="eu-west-1", memory_mib=256)


def opened(collector: Collector) -> set[tuple[str, int]]:
    return {
        (ports.transport, ports.numbers.start) for ports in opened_by(collector.describe(AWSVPC))
    }


def adot(**service: Any) -> dict[str, Any]:
    """Receive X-Ray segments only, with further parts of the service."""
    return {
        "receivers": {
            "awsxray": {
                "endpoint": "127.0.0.1:2000",
                "transport": "udp",
                "proxy_server": {"endpoint": "127.0.0.1:2000"},
            },
            "otlp/grpc": {"protocols": {"grpc": {"endpoint": "127.0.0.1:4317"}}},
            "statsd": {},
            "zipkin": {"endpoint": "0.0.0.0:9999"},
        },
        "extensions": {"health_check": None, "pprof": {"endpoint": "localhost:1888"}},
        "exporters": {"awsxray": {}},
        "service": {
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": {"traces": {"receivers": ["awsxray"], "exporters": ["awsxray"]}},
            **service,
        },
    }


XRAY = {("udp", 2000), ("tcp", 2000)}


def test_the_daemon_opens_port_2000_twice() -> None:
    assert opened(XRayDaemon()) == XRAY


def test_adot_opens_its_receivers_and_its_health_check_and_keeps_its_metrics_to_itself() -> None:
    assert opened(AdotCollector()) == XRAY | {("tcp", 4317), ("tcp", 4318), ("tcp", 13133)}


def test_the_agent_opens_its_receivers() -> None:
    assert opened(CloudWatchAgent()) == XRAY | {("tcp", 4317), ("tcp", 4318)}


PIPELINES = {"traces": {"receivers": ["awsxray", "otlp/grpc"], "exporters": ["awsxray"]}}
OTHER_SIGNALS = {
    "traces": {"receivers": ["awsxray"], "exporters": ["awsxray"]},
    "metrics": {"receivers": ["statsd", "zipkin"], "exporters": ["awsxray"]},
}
READER = {"pull": {"exporter": {"prometheus": {"host": "0.0.0.0", "port": 9464}}}}
CONFIGURED = [
    ({}, set()),
    ({"pipelines": PIPELINES}, {("tcp", 4317)}),
    ({"pipelines": OTHER_SIGNALS}, {("udp", 8125), ("tcp", 9999)}),
    ({"extensions": ["health_check"]}, {("tcp", 13133)}),
    ({"extensions": ["health_check", "pprof"]}, {("tcp", 13133), ("tcp", 1888)}),
    ({"telemetry": {}}, {("tcp", 8888)}),
    ({"telemetry": {"metrics": {"level": "basic"}}}, {("tcp", 8888)}),
    ({"telemetry": {"metrics": {"address": "127.0.0.1:8889"}}}, {("tcp", 8889)}),
    ({"telemetry": {"metrics": {"readers": [READER]}}}, {("tcp", 9464)}),
    ({"telemetry": {"metrics": {"readers": [{"periodic": {}}]}}}, set()),
]


@pytest.mark.parametrize(("service", "besides"), CONFIGURED)
def test_a_configuration_of_ones_own_decides_on_the_ports(
    service: dict[str, Any], besides: set[tuple[str, int]]
) -> None:
    assert opened(AdotCollector(config=adot(**service))) == XRAY | besides


def test_an_agent_without_opentelemetry_leaves_its_ports_to_apps() -> None:
    collected = {"xray": {"bind_address": "127.0.0.1:2000"}}
    agent = CloudWatchAgent(config={"traces": {"traces_collected": collected}})
    assert opened(agent) == XRAY
