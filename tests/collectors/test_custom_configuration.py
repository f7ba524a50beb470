"""A user's own collector configuration is read and checked before anything is synthesized."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, ConfigurationError, Placement
from cdk_ecs_xray.collectors.application import OpenTelemetrySdk
from cdk_ecs_xray.plan.network import NETWORKS

BRIDGE = Placement(network=NETWORKS["bridge"], region="eu-west-1", memory_mib=256)
AWSVPC = Placement(network=NETWORKS["awsvpc"], region="eu-west-1", memory_mib=256)


def adot() -> dict[str, Any]:
    """Receive X-Ray segments only, on every interface."""
    return {
        "receivers": {
            "awsxray": {
                "endpoint": "0.0.0.0:2000",
                "transport": "udp",
                "proxy_server": {"endpoint": "0.0.0.0:2000"},
            }
        },
        "exporters": {"awsxray": {}},
        "service": {"pipelines": {"traces": {"receivers": ["awsxray"], "exporters": ["awsxray"]}}},
    }


def agent() -> dict[str, Any]:
    """Receive X-Ray segments only, on every interface."""
    return {
        "traces": {
            "traces_collected": {
                "xray": {
                    "bind_address": "0.0.0.0:2000",
                    "tcp_proxy": {"bind_address": "0.0.0.0:2000"},
                }
            }
        }
    }


def test_adot_carries_the_configuration_as_it_is() -> None:
    container = AdotCollector(config=adot()).describe(BRIDGE)
    assert yaml.safe_load(container.environment["AOT_CONFIG_CONTENT"]) == adot()


def test_the_agent_carries_the_configuration_as_it_is() -> None:
    container = CloudWatchAgent(config=agent()).describe(BRIDGE)
    assert json.loads(container.environment["CW_CONFIG_CONTENT"]) == agent()


def test_a_file_says_the_same_as_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "adot.yaml").write_text(yaml.safe_dump(adot()))
    (tmp_path / "agent.json").write_text(json.dumps(agent()))
    assert AdotCollector(config=tmp_path / "adot.yaml") == AdotCollector(config=adot())
    assert CloudWatchAgent(config=str(tmp_path / "agent.json")) == CloudWatchAgent(config=agent())


def test_the_users_mapping_is_copied_and_never_changed() -> None:
    mine = adot()
    before = copy.deepcopy(mine)
    collector = AdotCollector(config=mine)
    collector.describe(BRIDGE)
    assert mine == before
    mine["receivers"]["awsxray"]["endpoint"] = "127.0.0.1:2000"
    assert AdotCollector(config=before).describe(BRIDGE) == collector.describe(BRIDGE)


def test_apps_get_no_otlp_address_where_nothing_receives_it() -> None:
    for collector in (AdotCollector(config=adot()), CloudWatchAgent(config=agent())):
        environment = collector.application_environment("sidecar")
        assert environment["AWS_XRAY_DAEMON_ADDRESS"] == "sidecar:2000"
        assert not any(name.startswith("OTEL_") for name in environment)


@pytest.mark.parametrize("sdk", ["adot", "any"])
def test_without_a_receiver_for_segments_apps_get_open_telemetrys_variables_only(
    sdk: OpenTelemetrySdk,
) -> None:
    receivers = {"otlp": {"protocols": {"http": {"endpoint": "0.0.0.0:4318"}}}}
    config = {**adot(), "receivers": receivers}
    config = changed(config, "service.pipelines.traces.receivers", ["otlp"])
    collector = AdotCollector(config=config, open_telemetry_sdk=sdk)

    environment = collector.application_environment("127.0.0.1")
    assert environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == "http://127.0.0.1:4318/v1/traces"
    assert [name for name in environment if name.startswith("AWS_XRAY_")] == []
    # Its rules come through the proxy of the receiver that is not there.
    assert "OTEL_TRACES_SAMPLER" not in environment
    for placement in (BRIDGE, AWSVPC):
        assert collector.describe(placement).ports == ()


def test_a_plain_open_telemetry_sdk_is_only_told_where_to_send() -> None:
    environment = AdotCollector(open_telemetry_sdk="any").application_environment("127.0.0.1")
    assert environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == "http://127.0.0.1:4318/v1/traces"
    assert "OTEL_PROPAGATORS" not in environment
    assert "OTEL_TRACES_SAMPLER" not in environment


def changed(config: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return a copy with another value at ``a.b.c``, or without it for None."""
    config = copy.deepcopy(config)
    *parents, last = path.split(".")
    place = config
    for key in parents:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return config


STRUCTURE = [
    (changed(adot(), "exporters", {}), "name exporters that are defined (got 'awsxray'"),
    (changed(adot(), "receivers", None), "name receivers that are defined (got 'awsxray'"),
    (changed(adot(), "service", {}), "service.pipelines must be a mapping (got None"),
    (changed(adot(), "service.pipelines", []), "service.pipelines must be a mapping (got []"),
    (
        changed(adot(), "service.pipelines.traces.receivers", []),
        "config requires a traces pipeline with the awsxray receiver. Add",
    ),
    (
        changed(adot(), "service.extensions", ["health_check"]),
        "name extensions that are defined (got 'health_check'",
    ),
]


@pytest.mark.parametrize(("config", "says"), STRUCTURE, ids=[says for _, says in STRUCTURE])
def test_adot_refuses_a_configuration_that_would_not_start(
    config: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        AdotCollector(config=config)
    assert any(says in str(problem) for problem in refused.value.problems)


def test_the_agent_refuses_a_configuration_without_traces() -> None:
    with pytest.raises(ConfigurationError, match=r"traces\.traces_collected\.xray is required"):
        CloudWatchAgent(config={"metrics": {}})


ADOT_UNREACHABLE = [
    ("receivers.awsxray.endpoint", "127.0.0.1:2000", "must not be loopback in bridge mode"),
    ("receivers.awsxray.endpoint", "localhost:2000", "must not be loopback in bridge mode"),
    ("receivers.awsxray.endpoint", "0.0.0.0:2001", "must listen on port 2000"),
    ("receivers.awsxray.endpoint", None, "must be an address to listen at (got None"),
    ("receivers.awsxray.proxy_server.endpoint", "localhost:2000", "must not be loopback"),
    ("receivers.awsxray.proxy_server", None, "proxy_server.endpoint must be an address"),
]


@pytest.mark.parametrize(("path", "value", "says"), ADOT_UNREACHABLE)
def test_adot_must_be_in_reach_of_linked_apps(path: str, value: object, says: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        AdotCollector(config=changed(adot(), path, value)).describe(BRIDGE)


AGENT = "traces.traces_collected.xray"
AGENT_UNREACHABLE = [
    (f"{AGENT}.bind_address", "127.0.0.1:2000", "must not be loopback in bridge mode"),
    # Both default to loopback, so leaving them out is as wrong in bridge mode.
    (f"{AGENT}.bind_address", None, "must not be loopback in bridge mode"),
    (f"{AGENT}.tcp_proxy", None, "must not be loopback in bridge mode"),
    (f"{AGENT}.tcp_proxy.bind_address", "0.0.0.0:3000", "must listen on port 2000"),
]


@pytest.mark.parametrize(("path", "value", "says"), AGENT_UNREACHABLE)
def test_the_agent_must_be_in_reach_of_linked_apps(path: str, value: object, says: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        CloudWatchAgent(config=changed(agent(), path, value)).describe(BRIDGE)


def test_loopback_is_fine_where_app_and_collector_share_an_interface() -> None:
    config = changed(adot(), "receivers.awsxray.endpoint", "127.0.0.1:2000")
    assert AdotCollector(config=config).describe(AWSVPC).image
    left_out = changed(agent(), f"{AGENT}.bind_address", None)
    assert CloudWatchAgent(config=left_out).describe(AWSVPC).image


@pytest.mark.parametrize("content", ["", "[]", "a: [", "\x00"])
def test_a_file_that_is_no_configuration_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "collector.yaml"
    path.write_text(content)
    for collector in (AdotCollector, CloudWatchAgent):
        with pytest.raises(ConfigurationError, match=r"collector\.yaml"):
            collector(config=path)
