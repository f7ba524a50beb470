"""The constructs' templates and annotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match, Template

from cdk_ecs_xray import (
    SamplingRuleError,
    SamplingRuleSet,
    XRayDefaultSamplingRule,
    XRayGroups,
    XRaySamplingRules,
)
from cdk_ecs_xray.sampling import DefaultRule

RULE = {"name": "checkout", "priority": 100, "fixed_rate": 0.5, "url_path": "/checkout/*"}
Read = Callable[..., SamplingRuleSet]


def stack_with(rules: SamplingRuleSet, environment: str = "dev") -> cdk.Stack:
    stack = cdk.Stack(cdk.App(), "Sampling")
    XRaySamplingRules(stack, "Rules", rules=rules, environment=environment)
    XRayGroups(stack, "Groups", rules=rules, environment=environment)
    return stack


def resources(stack: cdk.Stack, kind: str) -> dict[str, Any]:
    return {**Template.from_stack(stack).find_resources(kind)}


@pytest.mark.parametrize("boost_key", ["boost", "sampling_rate_boost"])
def test_a_rule_reaches_the_template_with_all_it_says(read: Read, boost_key: str) -> None:
    boost = {"max_rate": 0.9, "cooldown_window_minutes": 5}
    rules = read(
        RULE
        | {
            "reservoir_size": 2,
            "host": "example.com",
            "http_method": "GET",
            "service_name": "api",
            "service_type": "AWS::ECS::Container",
            boost_key: boost,
            "attributes": {"tier": "gold"},
            "environments": {"dev": {"fixed_rate": 1}},
        }
    )

    (rule,) = resources(stack_with(rules), "AWS::XRay::SamplingRule").values()

    assert rule["Properties"]["SamplingRule"] == {
        "RuleName": "dev-checkout",
        "Priority": 100,
        "FixedRate": 1,
        "ReservoirSize": 2,
        "Host": "example.com",
        "HTTPMethod": "GET",
        "URLPath": "/checkout/*",
        "ServiceName": "api",
        "ServiceType": "AWS::ECS::Container",
        "ResourceARN": "*",
        "Version": 1,
        "Attributes": {"tier": "gold"},
        "SamplingRateBoost": {"MaxRate": 0.9, "CooldownWindowMinutes": 5},
    }


def test_groups_reach_the_template(read: Read) -> None:
    insights = {"enabled": True, "notifications": True}
    groups = [
        {"name": "faults", "filter_expression": "fault", "insights": insights},
        {"name": "off", "filter_expression": "ok", "enabled": False},
    ]

    (group,) = resources(stack_with(read(RULE, groups=groups)), "AWS::XRay::Group").values()

    assert group["Properties"] == {
        "GroupName": "dev-faults",
        "FilterExpression": "fault",
        "InsightsConfiguration": {"InsightsEnabled": True, "NotificationsEnabled": True},
    }


def test_a_renamed_rule_is_another_resource_and_a_changed_one_is_not(read: Read) -> None:
    def logical_ids(**changed: Any) -> set[str]:
        return set(resources(stack_with(read(RULE | changed)), "AWS::XRay::SamplingRule"))

    assert logical_ids() == logical_ids(fixed_rate=0.1, priority=7)
    assert not logical_ids() & logical_ids(name="cart")
    # Names that differ in signs only have the same letters in their logical ids.
    assert not logical_ids(name="check-out") & logical_ids(name="check_out")


def test_a_rule_that_is_switched_off_is_not_deployed(read: Read) -> None:
    rules = read(RULE, RULE | {"name": "off", "enabled": False})

    assert len(resources(stack_with(rules), "AWS::XRay::SamplingRule")) == 1


def test_findings_become_annotations(read: Read) -> None:
    rules = read(
        RULE,
        RULE | {"name": "pay", "priority": 200, "url_path": "/checkout/pay"},
        RULE | {"name": "gold", "priority": 50, "attributes": {"tier": "gold"}},
    )

    annotations = Annotations.from_stack(stack_with(rules))

    annotations.has_error(
        "/Sampling/Rules",
        Match.string_like_regexp(r"rule 'pay'.*\[ecs-xray:sampling-unreachable\]"),
    )
    annotations.has_warning(
        "/Sampling/Rules", Match.string_like_regexp(r"rule 'gold'.*sampling-skipped-by-sdks")
    )
    quiet = Annotations.from_stack(stack_with(read(RULE)))
    assert quiet.find_error("*", Match.any_value()) == []
    assert quiet.find_warning("*", Match.any_value()) == []


@pytest.mark.parametrize("construct", [XRaySamplingRules, XRayGroups])
def test_a_name_too_long_with_its_environment_is_refused(
    read: Read, construct: type[XRaySamplingRules | XRayGroups]
) -> None:
    name = "n" * 29
    rules = read(RULE | {"name": name}, groups=[{"name": name, "filter_expression": "ok"}])

    with pytest.raises(SamplingRuleError, match="at most 32 characters"):
        construct(cdk.Stack(), "X", rules=rules, environment="dev")


def test_the_default_rules_function_may_do_little_and_is_small() -> None:
    stack = cdk.Stack(cdk.App(), "Sampling")
    XRayDefaultSamplingRule(stack, "Default", default=DefaultRule(fixed_rate=0, reservoir_size=0))
    template = Template.from_stack(stack)

    (resource,) = template.find_resources("Custom::XRayDefaultSamplingRule").values()
    assert resource["Properties"]["FixedRate"] == 0
    assert resource["Properties"]["ReservoirSize"] == 0
    (policy,) = template.find_resources("AWS::IAM::Policy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    assert {s["Sid"]: s["Action"] for s in statements} == {
        "ReadSamplingRules": "xray:GetSamplingRules",
        "SetDefaultRule": "xray:UpdateSamplingRule",
        "WriteLog": ["logs:CreateLogStream", "logs:PutLogEvents"],
    }
    arn = next(s["Resource"] for s in statements if s["Sid"] == "SetDefaultRule")
    assert arn["Fn::Join"][1][-1] == ":sampling-rule/Default"
    (role,) = template.find_resources("AWS::IAM::Role").values()
    assert "ManagedPolicyArns" not in role["Properties"]
    (function,) = template.find_resources("AWS::Lambda::Function").values()
    assert len(function["Properties"]["Code"]["ZipFile"]) <= 4096
    assert function["Properties"]["Handler"] == "index.handler"
    (log_group,) = template.find_resources("AWS::Logs::LogGroup").values()
    assert log_group["Properties"]["RetentionInDays"] == 7
    template.resource_count_is("AWS::IAM::ManagedPolicy", 0)
