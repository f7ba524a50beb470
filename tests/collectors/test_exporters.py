"""Which way traces leave: what each choice puts into a collector, and that its program takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
import yaml

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, Collector, ConfigurationError, Placement
from cdk_ecs_xray.collectors.description import opened_by
from cdk_ecs_xray.collectors.engines import engine_running
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.exporter import Exporter
from cdk_ecs_xray.collectors.recognition import recognize
from cdk_ecs_xray.collectors.write_access import SPAN_ACTIONS, WRITE_ACTIONS
from cdk_ecs_xray.plan.network import NETWORKS

ROLE = "arn:aws:iam::444455556666:role/traces"
ENDPOINT = "https://xray.eu-west-1.amazonaws.com/v1/traces"
EXPORTERS = ["xray", "otlp", "both"]
PLACES = list(product(["bridge", "awsvpc", "host"], [None, ROLE]))
# pkg/defaultcomponents/defaults.go of aws-otel-collector 0.49.0, with the names that the
# collector 0.156 in it gave them.
COMPONENTS = {
    "extensions": {"awsproxy", "ecs_observer", "health_check", "pprof", "sigv4auth", "zpages"},
    "receivers": {"awsxray", "filelog", "jaeger", "kafka", "otlp", "prometheus", "statsd",
                  "zipkin"},
    "processors": {"attributes", "batch", "filter", "memory_limiter", "resource",
                   "resource_detection", "span", "tail_sampling"},
    "exporters": {"awsemf", "awscloudwatchlogs", "awsxray", "debug", "file", "otlp_grpc",
                  "otlp_http", "prometheusremotewrite"},
}  # fmt: skip
_ADDRESSES = {"grpc_endpoint": str, "http_endpoint": str}
_CREDENTIALS = {"role_arn": str}
# The agent's own schema, translator/config/schema.json, of the sections that traces need; it
# allows no other member in any but the first.
AGENT_SCHEMA: Mapping[str, Any] = {
    "agent": {"region": str, "credentials": _CREDENTIALS},
    "traces": {
        "traces_collected": {
            "xray": {"bind_address": str, "tcp_proxy": {"bind_address": str}},
            "otlp": _ADDRESSES,
            "application_signals": {},
        },
        "local_mode": bool,
        "credentials": _CREDENTIALS,
        "resource_arn": str,
    },
    "logs": {"metrics_collected": {"application_signals": {}}},
    "opentelemetry": {"collect": {"otlp": _ADDRESSES}},
}


def placed(mode: str = "bridge", **place: Any) -> Placement:
    return Placement(
        **{"network": NETWORKS[mode], "region": "eu-west-1", "memory_mib": 256, **place}
    )


def adot(mode: str = "bridge", **options: Any) -> Any:
    container = AdotCollector(**options).describe(placed(mode))
    return yaml.safe_load(container.environment["AOT_CONFIG_CONTENT"])


def agent(mode: str = "bridge", **options: Any) -> Any:
    container = CloudWatchAgent(**options).describe(placed(mode))
    return json.loads(container.environment["CW_CONFIG_CONTENT"])


def ways(config: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the exporters of each receiver."""
    found: dict[str, set[str]] = {}
    for pipeline in config["service"]["pipelines"].values():
        for receiver in pipeline["receivers"]:
            found.setdefault(receiver, set()).update(pipeline["exporters"])
    return found


WAYS = [
    ("xray", {"awsxray": {"awsxray"}, "otlp": {"awsxray"}}),
    ("otlp", {"awsxray": {"otlp_http"}, "otlp": {"otlp_http"}}),
    ("both", {"awsxray": {"awsxray"}, "otlp": {"otlp_http"}}),
]


@pytest.mark.parametrize(("exporter", "expected"), WAYS)
def test_adot_sends_each_kind_of_trace_one_way(exporter: str, expected: object) -> None:
    assert ways(adot(exporter=exporter)) == expected


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize(("mode", "role_arn"), PLACES)
def test_adot_has_every_component_and_each_is_used(
    mode: str, role_arn: str | None, exporter: str
) -> None:
    config = adot(mode, exporter=exporter, role_arn=role_arn)
    service = config["service"]
    used = {"extensions": set(service["extensions"])}
    for section in ("receivers", "processors", "exporters"):
        used[section] = {
            name for pipeline in service["pipelines"].values() for name in pipeline[section]
        }
    for section, known in COMPONENTS.items():
        assert used[section] == set(config[section])
        assert {name.partition("/")[0] for name in config[section]} <= known
    for pipeline in service["pipelines"].values():
        first, *_, last = pipeline["processors"]
        assert (first, last.partition("/")[0]) == ("memory_limiter", "batch")


def unknown_to(schema: object, config: object, path: str = "") -> Iterator[str]:
    if not isinstance(schema, Mapping):
        if not isinstance(config, schema):  # type: ignore[arg-type]
            yield path
        return
    if not isinstance(config, Mapping):
        yield path
        return
    for key, value in config.items():
        if key in schema:
            yield from unknown_to(schema[key], value, f"{path}.{key}")
        else:
            yield f"{path}.{key}"


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize(("mode", "role_arn"), PLACES)
def test_the_agents_configuration_is_one_by_its_schema(
    mode: str, role_arn: str | None, exporter: str
) -> None:
    config = agent(mode, exporter=exporter, role_arn=role_arn)
    assert list(unknown_to(AGENT_SCHEMA, config)) == []
    if mode != "host":
        signals = agent(mode, application_signals=True, role_arn=role_arn, resource_arn="arn:x")
        assert list(unknown_to(AGENT_SCHEMA, signals)) == []
    wrong = {"traces": {"traces_collected": {"zipkin": {}}}, "agent": {"region": 1}}
    assert list(unknown_to(AGENT_SCHEMA, wrong)) == [
        ".traces.traces_collected.zipkin",
        ".agent.region",
    ]


def test_the_agent_sends_each_kind_of_trace_one_way() -> None:
    spans = {"grpc_endpoint": "0.0.0.0:4317", "http_endpoint": "0.0.0.0:4318"}
    otlp = agent(exporter="otlp")
    assert otlp == {
        "agent": {"region": "eu-west-1"},
        "opentelemetry": {"collect": {"otlp": spans}},
    }
    both = agent(exporter="both", role_arn=ROLE, resource_arn="arn:aws:ecs:x")
    assert set(both["traces"]["traces_collected"]) == {"xray"}
    assert both["opentelemetry"] == otlp["opentelemetry"]
    assert both["agent"]["credentials"] == both["traces"]["credentials"] == {"role_arn": ROLE}
    assert both["traces"]["resource_arn"] == "arn:aws:ecs:x"


def addresses(config: object) -> Iterator[int]:
    """Give the port of each address that a configuration listens at."""
    values = config.values() if isinstance(config, Mapping) else ()
    for value in values:
        host, _, port = str(value).rpartition(":")
        if host in ("0.0.0.0", "127.0.0.1") and port.isdigit():
            yield int(port)
        yield from addresses(value)


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("kind", [AdotCollector, CloudWatchAgent])
def test_every_port_is_in_the_description(kind: Any, exporter: str) -> None:
    config = adot(exporter=exporter) if kind is AdotCollector else agent(exporter=exporter)
    described = kind(exporter=exporter).describe(placed())
    opened = {ports.numbers.start for ports in opened_by(described)}
    # The health check's port is its extension's default.
    health = {13133} if "health_check" in config.get("extensions", {}) else set()
    assert opened == set(addresses(config)) | health
    takes_segments = kind is AdotCollector or exporter != "otlp"
    assert [port.container_port for port in described.ports] == [2000] * takes_segments


@pytest.mark.parametrize("kind", [AdotCollector, CloudWatchAgent])
def test_permissions_of_spans_come_with_spans_only(kind: Any) -> None:
    assert set(kind().describe(placed()).actions) == set(WRITE_ACTIONS)
    for exporter in ("otlp", "both"):
        described = kind(exporter=exporter).describe(placed())
        assert set(described.actions) == {*WRITE_ACTIONS, *SPAN_ACTIONS}
        assert described.ends_without_credentials
    assert not kind().describe(placed()).ends_without_credentials


def test_a_configuration_of_ones_own_decides_on_the_permissions() -> None:
    config = adot(exporter="both")
    described = AdotCollector(config=config).describe(placed())
    assert set(described.actions) == {*WRITE_ACTIONS, *SPAN_ACTIONS}
    assert described.ends_without_credentials
    assert set(AdotCollector(config=adot()).describe(placed()).actions) == set(WRITE_ACTIONS)


def test_spans_are_signed_queued_and_tried_again_within_bounds() -> None:
    config = adot(exporter="otlp", role_arn=ROLE)
    assert config["extensions"]["sigv4auth"] == {
        "region": "eu-west-1",
        "service": "xray",
        "assume_role": {"arn": ROLE},
    }
    exporter = config["exporters"]["otlp_http"]
    assert exporter["traces_endpoint"] == ENDPOINT
    assert exporter["auth"] == {"authenticator": "sigv4auth"}
    assert exporter["sending_queue"]["queue_size"] == 100
    assert exporter["retry_on_failure"]["max_elapsed_time"] == "300s"
    assert config["processors"]["batch/spans"]["send_batch_max_size"] == 1000
    assert config["processors"]["memory_limiter"]["limit_mib"] == 204


@pytest.mark.parametrize(
    ("place", "collector", "endpoint"),
    [
        ({"region": "cn-north-1"}, {}, "https://xray.cn-north-1.amazonaws.com.cn/v1/traces"),
        ({"url_suffix": "example.org"}, {}, "https://xray.eu-west-1.example.org/v1/traces"),
        ({}, {"region": "us-east-2"}, "https://xray.us-east-2.amazonaws.com/v1/traces"),
    ],
)
def test_spans_go_to_the_partition_and_region_of_the_traces(
    place: dict[str, Any], collector: dict[str, Any], endpoint: str
) -> None:
    described = AdotCollector(exporter="otlp", **collector).describe(placed(**place))
    config = yaml.safe_load(described.environment["AOT_CONFIG_CONTENT"])
    assert config["exporters"]["otlp_http"]["traces_endpoint"] == endpoint
    assert config["extensions"]["sigv4auth"]["region"] == described.environment["AWS_REGION"]


def test_components_have_the_names_that_a_version_knows() -> None:
    assert "otlphttp" in adot(exporter="otlp", version="v0.48.0")["exporters"]
    assert "otlphttp" in adot(exporter="otlp", version="stable")["exporters"]
    assert "otlp_http" in adot(exporter="otlp", version="v0.50.0")["exporters"]


def test_the_agent_runs_a_version_that_has_the_section() -> None:
    assert CloudWatchAgent().describe(placed()).image.endswith(":1.300062.0b1304")
    for exporter in ("otlp", "both"):
        image = CloudWatchAgent(exporter=exporter).describe(placed()).image
        assert image.endswith(":1.300072.0b1766")
    assert CloudWatchAgent(exporter="both", version="1.300070.0b1").version == "1.300070.0b1"
    # A tag of one's own tells nothing.
    assert CloudWatchAgent(exporter="both", version="stable").version == "stable"
    with pytest.raises(ConfigurationError, match=r"at least 1\.300070 with exporter 'both'"):
        CloudWatchAgent(exporter="both", version="1.300062.0b1304")


def test_apps_of_an_agent_without_segments_sample_by_themselves() -> None:
    variables = CloudWatchAgent(exporter="otlp").application_environment("127.0.0.1")
    assert "AWS_XRAY_DAEMON_ADDRESS" not in variables
    assert "OTEL_TRACES_SAMPLER" not in variables
    both = CloudWatchAgent(exporter="both").application_environment("127.0.0.1")
    assert both == CloudWatchAgent().application_environment("127.0.0.1")
    exporters: tuple[Exporter, ...] = ("otlp", "both")
    for exporter in exporters:
        adot_apps = AdotCollector(exporter=exporter).application_environment("127.0.0.1")
        assert adot_apps == AdotCollector().application_environment("127.0.0.1")


REFUSED = [
    ({"exporter": "zipkin"}, "exporter must be one of xray, otlp, both"),
    ({"exporter": "otlp", "config": {}}, "config and exporter 'otlp' cannot be combined"),
    ({"exporter": "otlp", "resource_arn": "arn:aws:ecs:x"}, "resource_arn and exporter 'otlp'"),
]


@pytest.mark.parametrize("kind", [AdotCollector, CloudWatchAgent])
@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_does_not_go_together_is_refused(
    kind: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        kind(**options)


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("kind", [AdotCollector, CloudWatchAgent])
def test_what_is_generated_is_recognized_again(kind: Any, exporter: str) -> None:
    collector: Collector = kind(exporter=exporter)
    described = collector.describe(placed())
    found = recognize(Evidence(image=described.image, environment=described.environment))
    assert found is not None
    assert found.engine is engine_running(collector)
    assert found.collects_traces
    assert found.sends_spans is (exporter != "xray")
    assert found.protocols == ({"otlp"} if found.listening.segments is None else {"xray", "otlp"})
