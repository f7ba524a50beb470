"""A traced file that was changed by hand: its sidecar stays, and what came later is wired."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from cdk_ecs_xray import AdotCollector, Collector, XRayDaemon
from cdk_ecs_xray.inject import TracedText, TracingOptions, trace_text


def app(name: str, group: str) -> Mapping[str, Any]:
    options = {"awslogs-group": group, "awslogs-region": "eu-west-1"}
    return {
        "name": name,
        "image": f"example/{name}:1",
        "logConfiguration": {"logDriver": "awslogs", "options": options},
    }


def traced(content: Any, options: TracingOptions | None = None) -> TracedText:
    chosen = TracingOptions() if options is None else options
    return trace_text(json.dumps(content), where="task.json", options=chosen)


@pytest.fixture
def once() -> Any:
    """A task definition that was traced, as Python has it."""
    task = {"taskRoleArn": "arn:aws:x", "networkMode": "awsvpc"}
    return json.loads(traced({**task, "containerDefinitions": [app("web", "/ecs/shop")]}).text)


@pytest.mark.parametrize("group", ["/ecs/api", "/ecs/zebra"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_container_that_came_later_is_wired_whatever_its_log_group(
    once: Any, group: str, position: int
) -> None:
    sidecar = once["containerDefinitions"][1]
    once["containerDefinitions"].insert(position, app("api", group))

    result = traced(once)

    found = {one["name"]: one for one in json.loads(result.text)["containerDefinitions"]}
    assert {"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "127.0.0.1:2000"} in found["api"][
        "environment"
    ]
    assert found["xray-daemon"] == sidecar
    assert result.injection.warnings == []
    assert traced(json.loads(result.text)).injection.additions == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"image": "public.ecr.aws/xray/aws-xray-daemon:3.5.0"}, "image"),
        ({"image": "mirror.example.com/xray/aws-xray-daemon:3.x"}, "image"),
        ({"cpu": 64, "memory": 512}, "cpu, memory"),
        ({"essential": True}, "essential"),
    ],
    ids=str,
)
def test_a_sidecar_of_other_sizes_or_version_stays_the_sidecar(
    once: Any, changes: Mapping[str, Any], named: str
) -> None:
    once["containerDefinitions"][1].update(changes)
    once["containerDefinitions"].append(app("api", "/ecs/api"))

    result = traced(once)

    assert result.injection.sidecar == once["containerDefinitions"][1]
    assert result.injection.additions != []
    (kept,) = result.injection.warnings
    assert (kept.id, kept.problem.got) == ("ecs-xray:sidecar-kept", named)


def test_a_variable_or_flag_of_the_users_leaves_it_the_sidecar(once: Any) -> None:
    sidecar = once["containerDefinitions"][1]
    sidecar["environment"].append({"name": "HTTPS_PROXY", "value": "http://proxy:3128"})
    sidecar["command"] += ["--log-level", "warn"]

    assert traced(once).injection.sidecar is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"command": []},
        {"image": "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"},
        {"command": ["--buffer-memory", "16", "--local-mode", "--bind", "127.0.0.1:2001"]},
    ],
    ids=str,
)
def test_a_collector_that_works_otherwise_is_foreign(once: Any, changes: Mapping[str, Any]) -> None:
    once["containerDefinitions"][1].update(changes)
    once["containerDefinitions"].append(app("api", "/ecs/api"))

    result = traced(once)

    assert result.injection.additions == ()
    assert [one.id for one in result.injection.warnings] == ["ecs-xray:collector-kept"]


@pytest.mark.parametrize(
    "collector", [XRayDaemon(), AdotCollector()], ids=lambda c: c.container_name
)
def test_another_log_group_is_named_only_where_one_is_asked_for(collector: Collector) -> None:
    task = {"taskRoleArn": "arn:aws:x", "containerDefinitions": [app("web", "/ecs/shop")]}
    first = json.loads(traced(task, TracingOptions(collector=collector)).text)

    quiet = traced(first, TracingOptions(collector=collector))
    asked = traced(first, TracingOptions(collector=collector, log_group="/ecs/other"))

    assert quiet.injection.warnings == []
    assert [one.problem.got for one in asked.injection.warnings] == ["logConfiguration"]
    assert json.loads(asked.text) == first
