"""A rule's ``boost`` in the apps of an environment: given to those that follow it, or warned of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdk_ecs_xray import CloudWatchAgent, PythonInstrumentation
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.inject import trace_text, untrace_text
from cdk_ecs_xray.inject.options import TracingOptions

VARIABLE = "AWS_XRAY_ADAPTIVE_SAMPLING_CONFIG"
WARNING = "ecs-xray:boost-not-followed"
FARGATE = {"launch": "fargate", "task_cpu": 512, "task_memory_mib": 2048}


def planned(
    folder: Path, *, boost: bool = True, pattern: str = "*", **service: Any
) -> tuple[str | None, list[str]]:
    """Return the app's value of the variable, and the ids of what is warned of."""
    rule: dict[str, Any] = {
        "name": "all",
        "priority": 1,
        "fixed_rate": 0.1,
        "service_name": pattern,
    }
    if boost:
        rule["boost"] = {"max_rate": 0.5, "cooldown_window_minutes": 10}
    (folder / "rules.yaml").write_text(yaml.safe_dump({"rules": [rule]}))
    content = {
        "name": "dev",
        "namespace": "fq",
        "sampling_rules": "rules.yaml",
        "vpc": {"id": "vpc-00000001", "subnets": ["subnet-00000001", "subnet-00000002"]},
        "services": [{"name": "web", "image": "app:1", "cluster": "c", **FARGATE, **service}],
    }
    (folder / "dev.yaml").write_text(yaml.safe_dump(content))
    environment = Environment.from_file(folder / "dev.yaml")
    file = environment.task_definition(environment.services[0])
    injection = file.plan(region="eu-west-1", log_group="g")
    containers: list[Mapping[str, Any]] = file.traced(injection)["containerDefinitions"]
    (web,) = [one for one in containers if one["name"] == "web"]
    pairs = {pair["name"]: pair["value"] for pair in web["environment"]}
    return pairs.get(VARIABLE), [one.id for one in injection.warnings]


def signals(language: str, **keys: Any) -> dict[str, Any]:
    return {"instrument": {"language": language, "application_signals": True, **keys}}


@pytest.mark.parametrize(
    "service",
    [
        signals("python"),
        signals("python", version="v0.15.0"),
        signals("java", version="v2.11.5"),
        signals("dotnet", version="v1.14.1"),
    ],
    ids=lambda service: json.dumps(service["instrument"]),
)
def test_an_app_that_follows_boosts_is_given_what_a_failure_is(
    tmp_path: Path, service: dict[str, Any]
) -> None:
    value, warnings = planned(tmp_path, **service)

    assert value is not None
    found = yaml.safe_load(value)
    assert found["version"] == 1.0
    assert found["anomalyConditions"] == [{"errorCodeRegex": r"^5\d\d$", "usage": "sampling-boost"}]
    assert WARNING not in warnings


@pytest.mark.parametrize(
    "service",
    [
        {"instrument": "python"},
        {"instrument": "java"},
        signals("node"),
        signals("python", version="v0.14.9"),
        signals("java", version="v2.11.4"),
        signals("dotnet", version="v1.14.0"),
    ],
    ids=lambda service: json.dumps(service["instrument"]),
)
def test_an_app_that_does_not_is_warned_of(tmp_path: Path, service: dict[str, Any]) -> None:
    value, warnings = planned(tmp_path, **service)

    assert value is None
    assert WARNING in warnings


@pytest.mark.parametrize(
    "keys", [{"boost": False}, {"pattern": "another"}], ids=["no-boost", "another-service"]
)
def test_without_a_boost_for_the_service_nothing_changes(
    tmp_path: Path, keys: dict[str, Any]
) -> None:
    assert planned(tmp_path, **keys, **signals("python"))[0] is None
    value, warnings = planned(tmp_path, **keys, instrument="python")
    assert value is None
    assert WARNING not in warnings


def test_a_value_of_ones_own_stays_without_a_warning(tmp_path: Path) -> None:
    own = "version: 1.0"

    value, warnings = planned(tmp_path, environment={VARIABLE: own}, **signals("python"))

    assert value == own
    assert "ecs-xray:environment-kept" not in warnings


def test_what_a_boost_added_is_taken_out_to_the_last_byte() -> None:
    text = json.dumps({"networkMode": "awsvpc", "containerDefinitions": [{"name": "web"}]})
    options = TracingOptions(
        collector=CloudWatchAgent(),
        instrument=PythonInstrumentation(application_signals=True),
        region="eu-west-1",
        writes_log=False,
        boosted_by="all",
    )

    traced = trace_text(text, where="task.json", options=options).text

    assert VARIABLE in traced
    assert untrace_text(traced, where="task.json").text == text
