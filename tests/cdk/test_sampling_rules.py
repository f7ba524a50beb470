"""Sampling rules as CloudFormation resources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest

from cdk_ecs_xray import SamplingRuleError, SamplingRuleSet, XRaySamplingRules

if TYPE_CHECKING:
    from tests.conftest import Synthesised

Synthesise = Callable[[Callable[[cdk.Stack], object]], "Synthesised"]
EVERYTHING = """\
rules:
  - name: checkout
    priority: 9999
    fixed_rate: 0
    reservoir_size: 0
  - name: search
    priority: 1
    fixed_rate: 1
    reservoir_size: 3
    http_method: GET
    host: "*.example.com"
    url_path: /search/*
    service_name: fq-search
    service_type: AWS::ECS::Container
"""


@pytest.fixture
def rules(tmp_path: Path) -> Callable[[str], SamplingRuleSet]:
    """Return the rules of a file with a content."""

    def read(text: str) -> SamplingRuleSet:
        (tmp_path / "rules.yaml").write_text(text)
        return SamplingRuleSet.from_file(tmp_path / "rules.yaml")

    return read


def provisioned(
    synthesise: Synthesise, rules: SamplingRuleSet, environment: str = "dev"
) -> dict[str, Any]:
    stack = synthesise(
        lambda stack: XRaySamplingRules(stack, "Rules", rules=rules, environment=environment)
    )
    return {
        logical_id: resource["Properties"]["SamplingRule"]
        for logical_id, resource in stack.resources("AWS::XRay::SamplingRule").items()
    }


def test_every_field_reaches_the_resource_0_included(
    synthesise: Synthesise, rules: Callable[[str], SamplingRuleSet]
) -> None:
    by_name = {
        rule["RuleName"]: rule for rule in provisioned(synthesise, rules(EVERYTHING)).values()
    }

    fixed = {"ResourceARN": "*", "Version": 1}
    assert by_name == {
        "dev-checkout": fixed
        | {
            "RuleName": "dev-checkout",
            "Priority": 9999,
            "FixedRate": 0,
            "ReservoirSize": 0,
            "HTTPMethod": "*",
            "Host": "*",
            "URLPath": "*",
            "ServiceName": "*",
            "ServiceType": "*",
        },
        "dev-search": fixed
        | {
            "RuleName": "dev-search",
            "Priority": 1,
            "FixedRate": 1,
            "ReservoirSize": 3,
            "HTTPMethod": "GET",
            "Host": "*.example.com",
            "URLPath": "/search/*",
            "ServiceName": "fq-search",
            "ServiceType": "AWS::ECS::Container",
        },
    }


def test_a_rule_keeps_its_logical_id_with_its_name_and_loses_it_with_another(
    synthesise: Synthesise, rules: Callable[[str], SamplingRuleSet]
) -> None:
    before = set(provisioned(synthesise, rules(EVERYTHING)))

    changed = EVERYTHING.replace("fixed_rate: 0", "fixed_rate: 0.5").replace("9999", "100")
    assert set(provisioned(synthesise, rules(changed))) == before

    renamed = set(provisioned(synthesise, rules(EVERYTHING.replace("checkout", "pay"))))
    assert len(renamed & before) == 1
    assert len(renamed) == 2


def test_the_order_in_the_file_means_nothing_to_cloudformation(
    synthesise: Synthesise, rules: Callable[[str], SamplingRuleSet]
) -> None:
    head, first, second = EVERYTHING.partition("  - name: checkout\n")[0], "", ""
    first, second = EVERYTHING.removeprefix(head).split("  - name: search\n")
    turned = f"{head}  - name: search\n{second}{first}"

    assert provisioned(synthesise, rules(turned)) == provisioned(synthesise, rules(EVERYTHING))


def test_a_name_too_long_for_the_environment_is_refused_before_anything_is_made(
    rules: Callable[[str], SamplingRuleSet],
) -> None:
    stack = cdk.Stack(cdk.App(), "Stack")
    long = rules(EVERYTHING.replace("checkout", "c" * 29))

    with pytest.raises(SamplingRuleError, match=r"at most 32 characters long \(got 33"):
        XRaySamplingRules(stack, "Rules", rules=long, environment="dev")

    assert stack.node.try_find_child("Rules") is None


def test_the_rules_can_be_had_by_their_name_in_the_account(
    rules: Callable[[str], SamplingRuleSet],
) -> None:
    construct = XRaySamplingRules(
        cdk.Stack(cdk.App(), "Stack"), "Rules", rules=rules(EVERYTHING), environment="dev"
    )

    assert set(construct.rules) == {"dev-checkout", "dev-search"}
