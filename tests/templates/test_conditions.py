"""Conditions follow the parameters' defaults; where they are open, both branches are read."""

from __future__ import annotations

from typing import Any

import pytest

from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.unknown import Unknown

PARAMETERS = {"Env": {"Type": "String", "Default": "dev"}, "Open": {"Type": "String"}}
CONDITIONS = {
    "Dev": {"Fn::Equals": [{"Ref": "Env"}, "dev"]},
    "Prod": {"Fn::Not": [{"Condition": "Dev"}]},
    "Both": {"Fn::And": [{"Condition": "Dev"}, {"Condition": "Prod"}]},
    "One": {"Fn::Or": [{"Condition": "Given"}, {"Condition": "Dev"}]},
    "Given": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Open"}, ""]}]},
    "Circle": {"Fn::Not": [{"Condition": "Circle"}]},
    "Broken": {"Fn::Equals": "dev"},
}


def resolver(**more: Any) -> Resolver:
    template = {"Parameters": PARAMETERS, "Conditions": CONDITIONS, "Resources": {}, **more}
    return Resolver(template)


@pytest.mark.parametrize(
    ("condition", "answer"),
    [("Dev", "yes"), ("Prod", "no"), ("Both", "no"), ("One", "yes")],
)
def test_a_condition_on_a_default_decides(condition: str, answer: str) -> None:
    assert resolver().resolve({"Fn::If": [condition, "yes", "no"]}) == answer


@pytest.mark.parametrize("condition", ["Given", "Circle", "Broken", "Missing", {"Ref": "Open"}])
def test_an_open_condition_leaves_both_branches(condition: object) -> None:
    found = resolver().resolve({"Fn::If": [condition, "yes", "no"]})

    assert isinstance(found, Unknown)
    assert found.either == ("yes", "no")


def test_where_a_resource_exists_its_condition_holds() -> None:
    properties = {"Name": {"Fn::If": ["Prod", "prod", "dev"]}, "Not": {"Fn::If": ["Dev", 1, 2]}}
    found = resolver(Resources={"Task": {"Condition": "Prod", "Properties": properties}})

    assert found.properties("Task") == {"Name": "prod", "Not": 2}
    assert found.exists("Task") is False
    assert found.resolve({"Fn::If": ["Prod", "yes", "no"]}) == "no"


def test_conditions_on_one_open_value_rule_each_other_out() -> None:
    conditions = {
        name: {"Fn::Equals": [{"Ref": "Open"}, name.lower()]} for name in ("Dev", "Staging")
    }
    more = {"NotDev": {"Fn::Not": [{"Condition": "Dev"}]}, "Other": {"Fn::Equals": ["a", "a"]}}
    resources = {"Group": {"Condition": "Dev", "Properties": {}}}
    found = resolver(Conditions=conditions | more, Resources=resources)

    assert found.ruled_out("Group") == {"Staging", "NotDev"}
    assert found.exists("Group") is None


def test_a_list_of_a_parameter_is_one() -> None:
    parameters = {"Ids": {"Type": "CommaDelimitedList", "Default": "a, b"}}

    assert resolver(Parameters=parameters).resolve({"Fn::Join": ["-", {"Ref": "Ids"}]}) == "a-b"
