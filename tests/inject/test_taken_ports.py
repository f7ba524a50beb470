"""Every port of the chosen collector has to be free where containers share their network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from cdk_ecs_xray import AdotCollector, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject import TracingOptions, trace_text

OPTIONS = TracingOptions(collector=AdotCollector(), region="us-east-1", writes_log=False)


def trace(mapping: Mapping[str, Any], mode: str) -> None:
    app = {"name": "app", "image": "nginx:1", "portMappings": [mapping]}
    task = {"networkMode": mode, "containerDefinitions": [app]}
    trace_text(json.dumps(task), where="task.json", options=OPTIONS)


TAKEN = [
    {"containerPort": 4318},
    {"containerPortRange": "4300-4317", "protocol": "tcp"},
    {"containerPort": 13133},
]
FREE = [
    {"containerPort": 4318, "protocol": "udp"},
    {"containerPort": 8888},
    {"containerPortRange": "4319-4400"},
]


@pytest.mark.parametrize("mode", ["awsvpc", "host"])
@pytest.mark.parametrize("mapping", TAKEN, ids=str)
def test_a_port_of_the_collectors_is_refused(mapping: Mapping[str, Any], mode: str) -> None:
    with pytest.raises(UnsupportedTaskDefinitionError, match=f"must be free in {mode} mode"):
        trace(mapping, mode)


@pytest.mark.parametrize("mode", ["awsvpc", "host"])
@pytest.mark.parametrize("mapping", FREE, ids=str)
def test_every_other_port_stays_the_apps(mapping: Mapping[str, Any], mode: str) -> None:
    trace(mapping, mode)


@pytest.mark.parametrize("mapping", TAKEN, ids=str)
def test_a_linked_collector_has_ports_of_its_own(mapping: Mapping[str, Any]) -> None:
    trace(mapping, "bridge")
