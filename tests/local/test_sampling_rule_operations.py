"""Sampling rules as the X-Ray API reference describes them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cdk_ecs_xray.local.xray import XRayRefusalError, XRayStore
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError, RuleLimitExceededError

PREFIX = "arn:aws:xray:eu-west-1:123456789012:sampling-rule/"


def rule(name: str = "checkout", **members: Any) -> dict[str, Any]:
    return {
        "RuleName": name,
        "Priority": 100,
        "FixedRate": 0.05,
        "ReservoirSize": 1,
        "ServiceName": "*",
        "ServiceType": "*",
        "Host": "*",
        "HTTPMethod": "*",
        "URLPath": "*",
        "ResourceARN": "*",
        "Version": 1,
        **members,
    }


def names(xray: XRayStore) -> list[str]:
    return [r["SamplingRule"]["RuleName"] for r in xray.rules.listed()["SamplingRuleRecords"]]


def test_the_default_rule_is_always_there(xray: XRayStore) -> None:
    (record,) = xray.rules.listed()["SamplingRuleRecords"]
    assert record == {
        "SamplingRule": rule("Default", Priority=10000, Attributes={}, RuleARN=PREFIX + "Default"),
        "CreatedAt": 0,
        "ModifiedAt": 0,
    }


def test_a_created_rule_is_answered_with_its_arn_and_times(xray: XRayStore) -> None:
    record = xray.create_rule({"SamplingRule": rule()})
    assert record == {
        "SamplingRule": rule(RuleARN=PREFIX + "checkout", Attributes={}),
        "CreatedAt": 1_800_000_000.0,
        "ModifiedAt": 1_800_000_000.0,
    }


def test_rules_are_listed_in_the_order_services_try_them(xray: XRayStore) -> None:
    for name, priority in (("b", 5), ("c", 1), ("a", 5)):
        xray.create_rule({"SamplingRule": rule(name, Priority=priority)})
    assert names(xray) == ["c", "a", "b", "Default"]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("RuleName", ""),
        ("RuleName", "n" * 33),
        ("RuleName", 7),
        ("Priority", 0),
        ("Priority", 10_000),
        ("Priority", 1.5),
        ("Priority", "1"),
        ("Priority", True),
        ("FixedRate", -0.01),
        ("FixedRate", 5),
        ("FixedRate", math.nan),
        ("FixedRate", None),
        ("ReservoirSize", -1),
        ("ResourceARN", "r" * 501),
        ("ServiceName", "s" * 65),
        ("ServiceType", "s" * 65),
        ("Host", "h" * 65),
        ("Host", None),
        ("HTTPMethod", "m" * 11),
        ("URLPath", "u" * 129),
        ("Version", 2),
        ("Attributes", {str(n): "v" for n in range(6)}),
        ("Attributes", {"": "v"}),
        ("Attributes", {"k" * 33: "v"}),
        ("Attributes", {"k": ""}),
        ("Attributes", {"k": "v" * 33}),
        ("Attributes", ["k"]),
        ("SamplingRateBoost", {"MaxRate": 1.1, "CooldownWindowMinutes": 1}),
        ("SamplingRateBoost", {"MaxRate": 1, "CooldownWindowMinutes": -1}),
        ("SamplingRateBoost", 1),
        ("RuleARN", PREFIX + "checkout"),
    ],
)
def test_a_rule_outside_the_limits_is_refused(xray: XRayStore, member: str, value: object) -> None:
    with pytest.raises(InvalidRequestError, match=member):
        xray.create_rule({"SamplingRule": rule() | {member: value}})
    assert names(xray) == ["Default"]


@pytest.mark.parametrize(
    "members",
    [
        {"RuleName": "n" * 32},
        {"Priority": 1, "FixedRate": 0, "ReservoirSize": 0},
        {"Priority": 9999, "FixedRate": 1},
        {"Attributes": {str(n): "v" * 32 for n in range(5)}},
        {"SamplingRateBoost": {"MaxRate": 1, "CooldownWindowMinutes": 0}},
    ],
)
def test_a_rule_at_the_limits_is_taken(xray: XRayStore, members: dict[str, Any]) -> None:
    stored = xray.create_rule({"SamplingRule": rule(**members)})["SamplingRule"]
    assert stored | members == stored


def test_two_rules_cannot_have_one_name(xray: XRayStore) -> None:
    xray.create_rule({"SamplingRule": rule()})
    with pytest.raises(InvalidRequestError, match="already exists"):
        xray.create_rule({"SamplingRule": rule(FixedRate=1)})


def test_the_twenty_sixth_rule_exceeds_the_quota(xray: XRayStore) -> None:
    for number in range(25):
        xray.create_rule({"SamplingRule": rule(f"rule-{number}")})
    with pytest.raises(RuleLimitExceededError):
        xray.create_rule({"SamplingRule": rule("one-too-many")})


@pytest.mark.parametrize("which", [{"RuleName": "checkout"}, {"RuleARN": PREFIX + "checkout"}])
def test_an_update_changes_only_what_it_names(
    xray: XRayStore, clock: Any, which: dict[str, str]
) -> None:
    xray.create_rule({"SamplingRule": rule(Attributes={"a": "b"})})
    clock.now += 60
    record = xray.rules.update({**which, "FixedRate": 0.5, "Host": None})
    assert record["SamplingRule"] == rule(
        FixedRate=0.5, Attributes={"a": "b"}, RuleARN=PREFIX + "checkout"
    )
    assert (record["CreatedAt"], record["ModifiedAt"]) == (1_800_000_000, 1_800_000_060)
    assert xray.rules.last_modified == 1_800_000_060


@pytest.mark.parametrize(
    "change",
    [
        {"RuleName": "missing", "FixedRate": 1},
        {"RuleARN": PREFIX + "missing", "FixedRate": 1},
        {"RuleName": "checkout", "RuleARN": PREFIX + "checkout"},
        {"FixedRate": 1},
        {"RuleName": "checkout", "FixedRate": 1.1},
        {"RuleName": 5},
    ],
)
def test_an_update_that_cannot_be_is_refused(xray: XRayStore, change: dict[str, Any]) -> None:
    xray.create_rule({"SamplingRule": rule()})
    with pytest.raises(InvalidRequestError):
        xray.rules.update(change)
    assert xray.rules.get("checkout") == rule(RuleARN=PREFIX + "checkout", Attributes={})


def test_of_the_default_rule_only_rate_and_reservoir_can_change(xray: XRayStore) -> None:
    xray.rules.update({"RuleName": "Default", "FixedRate": 0, "ReservoirSize": 7})
    with pytest.raises(
        InvalidRequestError, match="Invalid update request for default sampling rule"
    ):
        xray.rules.update({"RuleName": "Default", "FixedRate": 1, "Host": "*"})
    with pytest.raises(InvalidRequestError, match="default sampling rule cannot be deleted"):
        xray.delete_rule({"RuleName": "Default"})
    stored = xray.rules.get("Default")
    assert stored is not None
    assert (stored["FixedRate"], stored["ReservoirSize"]) == (0, 7)


def test_a_deleted_rule_is_answered_once_more_and_gone(xray: XRayStore) -> None:
    xray.create_rule({"SamplingRule": rule()})
    assert xray.delete_rule({"RuleName": "checkout"})["SamplingRule"]["RuleName"] == "checkout"
    assert names(xray) == ["Default"]
    with pytest.raises(InvalidRequestError, match="does not exist"):
        xray.delete_rule({"RuleName": "checkout"})


def test_pages_join_into_the_whole_list(xray: XRayStore) -> None:
    for number in range(5):
        xray.create_rule({"SamplingRule": rule(f"rule-{number}")})
    found, token = [], None
    for _ in range(3):
        answer = xray.rules.listed(token, size=2)
        found += answer["SamplingRuleRecords"]
        token = answer.get("NextToken")
    assert token is None
    assert found == xray.rules.in_order()


@pytest.mark.parametrize("token", ["x", "bm90aGluZw==", "b2Zmc2V0Ojk5", "b2Zmc2V0Oi0x", "é"])
def test_a_token_of_someone_else_is_refused(xray: XRayStore, token: str) -> None:
    with pytest.raises(InvalidRequestError, match="NextToken"):
        xray.rules.listed(token)


def test_a_first_page_holds_every_rule_an_account_can_have(xray: XRayStore) -> None:
    """The Python SDK's sampling poll reads one page only."""
    for number in range(25):
        xray.create_rule({"SamplingRule": rule(f"rule-{number}")})
    answer = xray.rules.listed()
    assert len(answer["SamplingRuleRecords"]) == 26
    assert "NextToken" not in answer


def test_a_rule_with_bad_tags_is_not_created(xray: XRayStore) -> None:
    with pytest.raises(XRayRefusalError):
        xray.create_rule({"SamplingRule": rule(), "Tags": [{"Key": "", "Value": "v"}]})
    assert names(xray) == ["Default"]
