"""Logs beside traces in files: groups that are named, and attributes that come back unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    PythonInstrumentation,
    TracingOptions,
    XRayDaemon,
)
from cdk_ecs_xray.inject import trace_text, untrace_text

ARN = "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web"
NAMED = f"aws.log.group.arns={ARN}"
ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"


def task(
    driver: str = "awslogs", role: str = "arn:aws:iam::111122223333:role/web", **own: str
) -> str:
    options = {"awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1"}
    web: dict[str, Any] = {
        "name": "web",
        "image": "nginx:1",
        "logConfiguration": {"logDriver": driver, "options": options},
    }
    if own:
        web["environment"] = [{"name": name, "value": value} for name, value in own.items()]
    content = {
        "family": "web",
        "networkMode": "awsvpc",
        "taskRoleArn": role,
        "containerDefinitions": [web],
    }
    return json.dumps(content, indent=2) + "\n"


def traced(text: str, collector: Collector) -> str:
    options = TracingOptions(collector=collector, region="eu-west-1", log_group="/ecs/xray")
    return trace_text(text, where="task.json", options=options).text


def variables(text: str, container: int = 0) -> Mapping[str, str]:
    found = json.loads(text)["containerDefinitions"][container]["environment"]
    return {pair["name"]: pair["value"] for pair in found}


@pytest.mark.parametrize("collector", [AdotCollector(), CloudWatchAgent()])
@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, NAMED),
        ({"A": "1"}, NAMED),
        ({ATTRIBUTES: "team=shop", "B": "2"}, f"team=shop,{NAMED}"),
        ({"B": "2", ATTRIBUTES: "team=shop"}, f"team=shop,{NAMED}"),
        ({ATTRIBUTES: "aws.log.group.names=/mine"}, "aws.log.group.names=/mine"),
        ({ATTRIBUTES: NAMED}, NAMED),
    ],
)
def test_the_group_is_named_once_and_taken_out_again(
    collector: Collector, own: dict[str, str], expected: str
) -> None:
    before = task(**own)
    after = traced(before, collector)
    assert variables(after)[ATTRIBUTES] == expected
    assert traced(after, collector) == after
    assert untrace_text(after, where="task.json").text == before


@pytest.mark.parametrize(
    "text",
    [task(driver="awsfirelens"), task(role="web")],
    ids=["FireLens", "an account that is not told"],
)
def test_what_is_not_known_is_not_named(text: str) -> None:
    assert ATTRIBUTES not in variables(traced(text, AdotCollector()))


def test_adot_names_the_group_for_x_ray_sdks() -> None:
    content = variables(traced(task(), AdotCollector()), 1)["AOT_CONFIG_CONTENT"]
    assert yaml.safe_load(content)["exporters"]["awsxray"]["aws_log_groups"] == ["/ecs/web"]
    without = variables(traced(task(driver="awsfirelens"), AdotCollector()), 1)
    assert "aws_log_groups" not in without["AOT_CONFIG_CONTENT"]


def test_the_daemon_leaves_attributes_as_they_are() -> None:
    after = traced(task(**{ATTRIBUTES: "team=shop"}), XRayDaemon())
    assert variables(after)[ATTRIBUTES] == "team=shop"


def test_an_instrumented_app_names_its_group_too_and_gives_both_back() -> None:
    before = task(PYTHONPATH="/srv", **{ATTRIBUTES: "team=shop"})
    options = TracingOptions(
        collector=AdotCollector(exporter="otlp"),
        region="eu-west-1",
        log_group="/ecs/xray",
        instrument=PythonInstrumentation(),
    )

    after = trace_text(before, where="task.json", options=options).text

    own = variables(after)
    assert own[ATTRIBUTES] == f"team=shop,{NAMED}"
    assert ":/srv:" in own["PYTHONPATH"]
    assert trace_text(after, where="task.json", options=options).text == after
    assert untrace_text(after, where="task.json").text == before
    # In the app's own value: the sidecar's note of it has the same text.
    changed = after.replace(":/srv:", ":/srv:/more:", 1)
    left = variables(untrace_text(changed, where="task.json").text)
    assert left == {"PYTHONPATH": "/srv:/more", ATTRIBUTES: "team=shop"}


def test_a_variable_that_was_changed_since_is_its_owners() -> None:
    after = traced(task(**{ATTRIBUTES: "team=shop"}), AdotCollector())
    # In the app's own value: the sidecar's note of it has the same text.
    changed = after.replace(f'"team=shop,{NAMED}"', '"team=other"', 1)
    assert variables(untrace_text(changed, where="task.json").text) == {ATTRIBUTES: "team=other"}


def test_the_order_of_containers_decides_nothing() -> None:
    apps = [
        {
            "name": name,
            "image": "i",
            "memory": 64,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": group, "awslogs-region": "eu-west-1"},
            },
        }
        for name, group in (("web", "/ecs/b"), ("api", "/ecs/a"))
    ]
    contents = [
        variables(traced(json.dumps({"containerDefinitions": listed}), AdotCollector()), 2)
        for listed in (apps, apps[::-1])
    ]

    assert contents[0] == contents[1]
    exporters = yaml.safe_load(contents[0]["AOT_CONFIG_CONTENT"])["exporters"]
    assert exporters["awsxray"]["aws_log_groups"] == ["/ecs/a", "/ecs/b"]
