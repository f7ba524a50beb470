"""Files that were not written for this kit: X-Ray's own JSON and SDKs' local rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from cdk_ecs_xray import EcsXRayError, SamplingRuleSet
from cdk_ecs_xray.sampling.foreign_rules import _API_KEYS, _OWN_OF_X_RAY

API_RULE = {
    "RuleName": "checkout",
    "RuleARN": "arn:aws:xray:us-east-1:123456789012:sampling-rule/checkout",
    "ResourceARN": "*",
    "Priority": 100,
    "FixedRate": 0.5,
    "ReservoirSize": 3,
    "ServiceName": "api",
    "ServiceType": "*",
    "Host": "example.com",
    "HTTPMethod": "GET",
    "URLPath": "/checkout/*",
    "Version": 1,
    "Attributes": {"tier": "gold"},
    "SamplingRateBoost": {"MaxRate": 0.9, "CooldownWindowMinutes": 5},
}


def api_document(*rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "SamplingRuleRecords": [
            {"SamplingRule": rule, "CreatedAt": "2026-11-01T00:00:00+00:00", "ModifiedAt": 0}
            for rule in rules
        ]
    }


def test_what_the_aws_command_prints_is_read(read: Callable[..., SamplingRuleSet]) -> None:
    default = API_RULE | {"RuleName": "Default", "FixedRate": 0.2, "ReservoirSize": 7}

    rules = read(**api_document(API_RULE, default))

    (rule,) = rules.rules
    assert rule.model_dump(exclude={"environments", "enabled"}) == {
        "name": "checkout",
        "priority": 100,
        "fixed_rate": 0.5,
        "reservoir_size": 3,
        "http_method": "GET",
        "host": "example.com",
        "url_path": "/checkout/*",
        "service_name": "api",
        "service_type": "*",
        "sampling_rate_boost": {"max_rate": 0.9, "cooldown_window_minutes": 5},
        "attributes": {"tier": "gold"},
        "resource_arn": "*",
        "version": 1,
    }
    assert (rules.default.fixed_rate, rules.default.reservoir_size) == (0.2, 7)


def test_every_member_of_x_rays_rules_is_known() -> None:
    model = botocore.session.get_session().get_service_model("xray")

    shape: Any = model.shape_for("SamplingRule")
    members = set(shape.members)

    assert members == set(_API_KEYS) | _OWN_OF_X_RAY


@pytest.mark.parametrize(("version", "host_key"), [(1, "service_name"), (2, "host")])
def test_local_rules_are_read(
    read: Callable[..., SamplingRuleSet], version: int, host_key: str
) -> None:
    local = {
        host_key: "example.com",
        "http_method": "GET",
        "url_path": "/a/*",
        "fixed_target": 2,
        "rate": 0.1,
    }
    described = local | {"description": "Player moves!"}

    rules = read(
        version=version, default={"fixed_target": 1, "rate": 0.2}, rules=[described, local, local]
    )

    assert [(rule.name, rule.priority) for rule in rules.rules] == [
        ("player-moves", 100),
        ("rule-2", 200),
        ("rule-3", 300),
    ]
    first = rules.rules[0]
    assert (first.host, first.reservoir_size, first.fixed_rate) == ("example.com", 2, 0.1)
    assert (rules.default.reservoir_size, rules.default.fixed_rate) == (1, 0.2)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (api_document(API_RULE | {"FixedRate": 5}), "rule 'checkout': fixed_rate must be between"),
        ({"SamplingRuleRecords": [1]}, "rules entry 1 must be a mapping"),
        ({"SamplingRuleRecords": [{"SamplingRule": 1}]}, "rules entry 1 must be a mapping"),
        ({"SamplingRuleRecords": 1}, "rules must be a list"),
        ({"version": 3, "default": {}, "rules": []}, "version must be a known key (got 3"),
        ({"version": 2, "default": 1, "rules": [{}]}, "default must be a mapping"),
        ({"version": 2, "default": {}, "rules": [{"rate": 2}]}, "fixed_rate must be between"),
        ({"version": 2, "default": {}, "rules": 1}, "rules must be a list"),
        ({"version": 2, "default": {}, "rules": [1]}, "rules entry 1 must be a mapping"),
        ({"version": True, "default": {}, "rules": []}, "version must be a known key"),
    ],
)
def test_mistakes_in_foreign_files_are_told_like_others(
    write_rules: Callable[..., Path], document: dict[str, Any], expected: str
) -> None:
    with pytest.raises(EcsXRayError) as raised:
        SamplingRuleSet.from_file(write_rules(**document))

    assert any(expected in str(problem) for problem in raised.value.problems)


def test_rules_in_file_order_keep_their_numbers_when_one_is_switched_off(
    read: Callable[..., SamplingRuleSet],
) -> None:
    def priorities(*, enabled: bool) -> dict[str, int]:
        rules = read(
            {"name": "z", "fixed_rate": 1, "url_path": "/z"},
            {"name": "m", "fixed_rate": 1, "url_path": "/m", "enabled": enabled},
            {"name": "a", "fixed_rate": 1, "url_path": "/a"},
        )
        return {rule.name: rule.priority for rule in rules.in_environment(None)}

    assert list(priorities(enabled=True)) == ["z", "m", "a"]
    assert priorities(enabled=False) == {"z": 100, "a": 300}


def test_an_environment_changes_only_what_it_names(read: Callable[..., SamplingRuleSet]) -> None:
    rules = read(
        {
            "name": "a",
            "priority": 1,
            "fixed_rate": 0.5,
            "reservoir_size": 3,
            "environments": {"dev": {"fixed_rate": 1}, "prod": {"enabled": False}},
        },
        groups=[
            {
                "name": "g",
                "filter_expression": "ok",
                "environments": {"dev": {"insights": {"enabled": True}}},
            }
        ],
    )

    (dev,) = rules.in_environment("dev")
    assert (dev.fixed_rate, dev.reservoir_size) == (1, 3)
    assert rules.in_environment("prod") == ()
    assert rules.in_environment("staging") == rules.in_environment(None) == rules.rules
    assert rules.groups_in("dev")[0].insights.enabled
    assert not rules.groups_in("prod")[0].insights.enabled
    assert list(rules.qualified_groups("dev")) == ["dev-g"]


def test_the_published_schema_is_the_models() -> None:
    from cdk_ecs_xray.sampling.schema import rules_file_schema

    published = Path(__file__).parents[2] / "sampling" / "rules.schema.json"

    assert json.loads(published.read_text()) == rules_file_schema()


def test_the_shipped_file_has_nothing_to_find_fault_with() -> None:
    from cdk_ecs_xray.sampling.checks import EnvironmentRules, check_rules

    rules = SamplingRuleSet.from_file(Path(__file__).parents[2] / "sampling" / "rules.yaml")

    for environment in (None, "dev", "staging", "prod"):
        checked = EnvironmentRules(environment=environment, rules=rules, where="rules")
        assert list(check_rules(checked)) == []
