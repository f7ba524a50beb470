"""What each collector's container says, by the documentation of its engine."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    ConfigurationError,
    Placement,
    XRayDaemon,
)
from cdk_ecs_xray.plan.network import NETWORKS

DIGEST = "sha256:" + "0123456789abcdef" * 4
ROLE = "arn:aws:iam::444455556666:role/traces"
KINDS = [XRayDaemon, AdotCollector, CloudWatchAgent]


def placed(mode: str = "bridge", memory_mib: int = 256) -> Placement:
    return Placement(network=NETWORKS[mode], region="eu-west-1", memory_mib=memory_mib)


def adot_config(collector: AdotCollector, mode: str = "bridge") -> Any:
    return yaml.safe_load(collector.describe(placed(mode)).environment["AOT_CONFIG_CONTENT"])


def agent_config(collector: CloudWatchAgent, mode: str = "bridge") -> Any:
    return json.loads(collector.describe(placed(mode)).environment["CW_CONFIG_CONTENT"])


@pytest.mark.parametrize("kind", KINDS)
def test_each_needs_no_argument(kind: type[Any]) -> None:
    collector = kind()
    assert isinstance(collector, Collector)
    image = collector.describe(placed()).image
    assert image.startswith("public.ecr.aws/")
    assert not image.endswith(":latest")


@pytest.mark.parametrize("kind", KINDS)
def test_each_can_be_mirrored_and_pinned_to_the_byte(kind: type[Any]) -> None:
    collector = kind(registry="mirror.example.com:5000/aws", version="9.9", digest=DIGEST)
    image = collector.describe(placed()).image
    assert image.startswith("mirror.example.com:5000/aws/")
    assert image.endswith(f":9.9@{DIGEST}")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "option",
    [
        {"registry": "https://public.ecr.aws"},
        {"registry": ""},
        {"version": "latest"},
        {"version": ""},
        {"digest": "sha256:abc"},
        {"role_arn": "traces"},
    ],
)
def test_each_refuses_what_could_not_be_pulled_or_assumed(
    kind: type[Any], option: dict[str, str]
) -> None:
    (name,) = option
    with pytest.raises(ConfigurationError, match=f"{kind.__name__}: {name} must be"):
        kind(**option)


@pytest.mark.parametrize("kind", KINDS)
def test_each_sends_where_it_is_told(kind: type[Any]) -> None:
    assert kind().describe(placed()).environment["AWS_REGION"] == "eu-west-1"
    assert kind(region="us-east-2").describe(placed()).environment["AWS_REGION"] == "us-east-2"


@pytest.mark.parametrize("kind", KINDS)
def test_each_needs_the_five_write_actions_and_the_role_it_assumes(kind: type[Any]) -> None:
    assert set(kind().describe(placed()).actions) == {
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    }
    assert kind().describe(placed()).assumes_role is None
    assert kind(role_arn=ROLE).describe(placed()).assumes_role == ROLE


def test_a_token_may_stand_for_a_role() -> None:
    role_arn = "${Token[Role.Arn.12]}"
    assert XRayDaemon(role_arn=role_arn).describe(placed()).assumes_role == role_arn


@pytest.mark.parametrize(("mode", "address"), [("bridge", "0.0.0.0"), ("awsvpc", "127.0.0.1")])
def test_adot_receives_both_protocols_where_apps_send(mode: str, address: str) -> None:
    config = adot_config(AdotCollector(), mode)
    receivers = config["receivers"]
    assert receivers["awsxray"]["endpoint"] == f"{address}:2000"
    assert receivers["awsxray"]["transport"] == "udp"
    assert receivers["awsxray"]["proxy_server"]["endpoint"] == f"{address}:2000"
    assert receivers["otlp"]["protocols"] == {
        "grpc": {"endpoint": f"{address}:4317"},
        "http": {"endpoint": f"{address}:4318"},
    }


def test_adot_connects_every_part_it_defines() -> None:
    config = adot_config(AdotCollector())
    pipeline = config["service"]["pipelines"]["traces"]
    assert pipeline["receivers"] == list(config["receivers"])
    assert sorted(pipeline["processors"]) == sorted(config["processors"])
    assert pipeline["exporters"] == list(config["exporters"]) == ["awsxray"]
    assert config["service"]["extensions"] == list(config["extensions"])
    # memory_limiter must come first and batch last, as the collector's documentation says.
    assert (pipeline["processors"][0], pipeline["processors"][-1]) == ("memory_limiter", "batch")


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("v0.49.0", "resource_detection"),
        ("v0.50.0", "resource_detection"),
        ("v1.0.0", "resource_detection"),
        ("0.49.1", "resource_detection"),
        ("v0.48.0", "resourcedetection"),
        ("v0.9.0", "resourcedetection"),
        # A tag of one's own tells nothing; the older name works in both.
        ("stable", "resourcedetection"),
    ],
)
def test_adot_tells_x_ray_that_the_trace_comes_from_ecs(version: str, name: str) -> None:
    config = adot_config(AdotCollector(version=version))
    assert config["processors"][name] == {"detectors": ["env", "ecs"], "override": False}
    assert config["service"]["pipelines"]["traces"]["processors"][1] == name


def test_adot_keeps_the_origin_of_segments_that_name_no_provider() -> None:
    config = adot_config(AdotCollector())
    assert config["processors"]["resource"] == {
        "attributes": [
            {"key": "cloud.provider", "value": "aws", "action": "upsert"},
            {"key": "cloud.platform", "value": "aws_ecs", "action": "upsert"},
        ]
    }
    order = config["service"]["pipelines"]["traces"]["processors"]
    assert order.index("resource_detection") < order.index("resource") < order.index("batch")


def test_adot_stays_below_its_memory() -> None:
    for memory_mib in (128, 256, 1024):
        container = AdotCollector().describe(placed(memory_mib=memory_mib))
        config = yaml.safe_load(container.environment["AOT_CONFIG_CONTENT"])
        assert 0 < config["processors"]["memory_limiter"]["limit_mib"] < memory_mib


def test_adot_sends_and_asks_with_the_role() -> None:
    config = adot_config(AdotCollector(role_arn=ROLE, resource_arn="arn:aws:ecs:x"))
    assert config["exporters"]["awsxray"]["role_arn"] == ROLE
    assert config["receivers"]["awsxray"]["proxy_server"]["role_arn"] == ROLE
    assert config["exporters"]["awsxray"]["resource_arn"] == "arn:aws:ecs:x"


@pytest.mark.parametrize(("mode", "address"), [("bridge", "0.0.0.0"), ("host", "127.0.0.1")])
def test_the_agent_receives_both_protocols_where_apps_send(mode: str, address: str) -> None:
    collected = agent_config(CloudWatchAgent(), mode)["traces"]["traces_collected"]
    assert collected == {
        "xray": {
            "bind_address": f"{address}:2000",
            "tcp_proxy": {"bind_address": f"{address}:2000"},
        },
        "otlp": {"grpc_endpoint": f"{address}:4317", "http_endpoint": f"{address}:4318"},
    }


def test_the_agent_sends_with_the_role() -> None:
    traces = agent_config(CloudWatchAgent(role_arn=ROLE, resource_arn="arn:aws:ecs:x"))["traces"]
    assert traces["credentials"] == {"role_arn": ROLE}
    assert traces["resource_arn"] == "arn:aws:ecs:x"
    assert traces["local_mode"] is True


DAEMON_FLAGS = [
    ({"role_arn": ROLE}, ["--role-arn", ROLE]),
    ({"proxy_address": "proxy:3128"}, ["--proxy-address", "proxy:3128"]),
    ({"resource_arn": "arn:aws:ecs:x"}, ["--resource-arn", "arn:aws:ecs:x"]),
    ({"log_level": "warn"}, ["--log-level", "warn"]),
    ({"buffer_memory_mib": 32}, ["--buffer-memory", "32"]),
]


@pytest.mark.parametrize(("option", "flag"), DAEMON_FLAGS)
def test_the_daemon_is_given_each_option_as_a_flag(option: dict[str, Any], flag: list[str]) -> None:
    command = list(XRayDaemon(**option).describe(placed()).command)
    assert any(command[start : start + 2] == flag for start in range(len(command)))
    default = list(XRayDaemon().describe(placed()).command)
    assert not any(default[start : start + 2] == flag for start in range(len(default)))


def test_the_daemon_leaves_local_mode_on_request() -> None:
    assert "--local-mode" in XRayDaemon().describe(placed()).command
    assert "--local-mode" not in XRayDaemon(local_mode=False).describe(placed()).command


@pytest.mark.parametrize("address", ["proxy", "proxy:port", "http://", "a b:1"])
def test_the_daemon_refuses_a_proxy_without_a_port(address: str) -> None:
    with pytest.raises(ConfigurationError, match="proxy_address must be host:port"):
        XRayDaemon(proxy_address=address)
