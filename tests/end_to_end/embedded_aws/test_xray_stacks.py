"""AWS::XRay::SamplingRule and AWS::XRay::Group through CloudFormation."""

from __future__ import annotations

from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws

RULE_ARN = "arn:aws:xray:us-east-1:000000000000:sampling-rule/"


def rule(name: str = "checkout", **members: Any) -> dict[str, Any]:
    return {
        "RuleName": name,
        "Priority": 100,
        "FixedRate": 0.05,
        "ReservoirSize": 1,
        "Version": 1,
        **dict.fromkeys(
            ("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath", "ResourceARN"), "*"
        ),
        **members,
    }


def template(
    *, group: dict[str, Any] | None = None, tags: Any = None, **rules: dict[str, Any]
) -> dict[str, Any]:
    """One rule per keyword, one group, and what Ref and GetAtt make of them."""
    tagged = {} if tags is None else {"Tags": tags}
    resources: dict[str, Any] = {
        name: {"Type": "AWS::XRay::SamplingRule", "Properties": {"SamplingRule": r, **tagged}}
        for name, r in rules.items()
    }
    outputs: dict[str, Any] = {f"{n}Ref": {"Value": {"Ref": n}} for n in resources}
    outputs |= {f"{n}Arn": {"Value": {"Fn::GetAtt": [n, "RuleARN"]}} for n in resources}
    if group is not None:
        resources["Slow"] = {"Type": "AWS::XRay::Group", "Properties": {**group, **tagged}}
        outputs["SlowRef"] = {"Value": {"Ref": "Slow"}}
        outputs["SlowArn"] = {"Value": {"Fn::GetAtt": ["Slow", "GroupARN"]}}
    return {"Resources": resources, "Outputs": outputs}


def rates(aws: EmbeddedAws) -> dict[str, float]:
    records = aws.client("xray").get_sampling_rules()["SamplingRuleRecords"]
    return {r["SamplingRule"]["RuleName"]: r["SamplingRule"]["FixedRate"] for r in records}


def tags(aws: EmbeddedAws, arn: str) -> dict[str, str]:
    listed = aws.client("xray").list_tags_for_resource(ResourceARN=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in listed if not tag["Key"].startswith("aws:")}


def test_ref_and_getatt_give_the_arn(aws: EmbeddedAws, stack: Any) -> None:
    status = stack.create(
        template(Checkout=rule(), group={"GroupName": "slow", "FilterExpression": "duration > 5"})
    )
    assert status == "CREATE_COMPLETE"
    outputs = stack.outputs()
    assert outputs["CheckoutRef"] == outputs["CheckoutArn"] == RULE_ARN + "checkout"
    assert stack.physical_id("Checkout") == RULE_ARN + "checkout"
    (group,) = aws.client("xray").get_groups()["Groups"]
    assert outputs["SlowRef"] == outputs["SlowArn"] == group["GroupARN"]
    assert group["FilterExpression"] == "duration > 5"


def test_numbers_may_be_written_as_strings(aws: EmbeddedAws, stack: Any) -> None:
    written = rule(FixedRate="0.5", Priority="7", ReservoirSize="2", Version="1")
    insights = {"InsightsEnabled": "true", "NotificationsEnabled": "false"}
    status = stack.create(
        template(Checkout=written, group={"GroupName": "slow", "InsightsConfiguration": insights})
    )
    assert status == "CREATE_COMPLETE"
    stored = aws.client("xray").get_sampling_rules()["SamplingRuleRecords"][0]["SamplingRule"]
    assert (stored["FixedRate"], stored["Priority"], stored["ReservoirSize"]) == (0.5, 7, 2)
    assert stack.drift()["Checkout"][0] == "IN_SYNC"
    assert stack.drift()["Slow"][0] == "IN_SYNC"


def test_a_rule_and_a_group_update_in_place(aws: EmbeddedAws, stack: Any) -> None:
    group = {"GroupName": "slow", "FilterExpression": "duration > 5"}
    insights = {"InsightsEnabled": True, "NotificationsEnabled": True}
    stack.create(
        template(
            Checkout=rule(Attributes={"a": "b"}),
            group={**group, "InsightsConfiguration": insights},
        )
    )
    before = {name: stack.physical_id(name) for name in ("Checkout", "Slow")}

    status = stack.update(
        template(Checkout=rule(FixedRate=0.9), group={**group, "FilterExpression": "duration > 9"})
    )

    assert status == "UPDATE_COMPLETE"
    assert {name: stack.physical_id(name) for name in before} == before
    record = aws.client("xray").get_sampling_rules()["SamplingRuleRecords"][0]
    assert record["SamplingRule"]["FixedRate"] == 0.9
    assert record["SamplingRule"]["Attributes"] == {}
    assert record["ModifiedAt"] > record["CreatedAt"]
    found = aws.client("xray").get_group(GroupName="slow")["Group"]
    assert found["FilterExpression"] == "duration > 9"
    assert found["InsightsConfiguration"]["InsightsEnabled"] is False


def test_a_renamed_rule_or_group_is_replaced(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(template(Checkout=rule("old", FixedRate=0.1), group={"GroupName": "old"}))
    status = stack.update(template(Checkout=rule("new", FixedRate=0.2), group={"GroupName": "new"}))
    assert status == "UPDATE_COMPLETE"
    assert stack.outputs()["CheckoutRef"] == RULE_ARN + "new"
    assert rates(aws) == {"new": 0.2, "Default": 0.05}
    assert [g["GroupName"] for g in aws.client("xray").get_groups()["Groups"]] == ["new"]


def test_a_failed_replacement_leaves_the_old_one(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(template(Checkout=rule("old"), group={"GroupName": "old"}))
    broken = template(Checkout=rule("new"), Broken=rule("broken", FixedRate=5))
    broken["Resources"]["Broken"]["DependsOn"] = "Checkout"
    broken["Resources"]["Slow"] = {"Type": "AWS::XRay::Group", "Properties": {"GroupName": "new"}}
    broken["Resources"]["Broken"]["DependsOn"] = ["Checkout", "Slow"]
    assert stack.update(broken) == "UPDATE_ROLLBACK_COMPLETE"
    assert rates(aws) == {"old": 0.05, "Default": 0.05}
    assert [g["GroupName"] for g in aws.client("xray").get_groups()["Groups"]] == ["old"]
    assert stack.physical_id("Checkout") == RULE_ARN + "old"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"FixedRate": 5}, "FixedRate must be between 0 and 1, got 5"),
        ({"FixedRate": "much"}, "FixedRate must be a number, got 'much'"),
        ({"Version": 2}, "Version must be 1"),
        ({"RuleName": "Default"}, "already exists"),
        (
            {"SamplingRateBoost": {"MaxRate": 1, "CooldownWindowMinutes": 0}},
            "CooldownWindowMinutes must be at least 1",
        ),
    ],
)
def test_an_invalid_rule_rolls_the_stack_back(
    aws: EmbeddedAws, stack: Any, members: dict[str, Any], message: str
) -> None:
    good = template(Good=rule("good"), Bad=rule("bad", **members))
    good["Resources"]["Bad"]["DependsOn"] = "Good"
    assert stack.create(good) == "ROLLBACK_COMPLETE"
    assert any(message in reason for reason in stack.reasons())
    assert rates(aws) == {"Default": 0.05}


def test_an_invalid_update_is_taken_back(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(template(Checkout=rule()))
    assert stack.update(template(Checkout=rule(FixedRate=5))) == "UPDATE_ROLLBACK_COMPLETE"
    assert rates(aws)["checkout"] == 0.05


def test_changing_the_version_fails_the_update(stack: Any) -> None:
    stack.create(template(Checkout=rule()))
    assert stack.update(template(Checkout=rule(Version=2))) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("Version cannot be changed" in reason for reason in stack.reasons())


def test_a_deleted_stack_takes_its_rules_and_groups_along(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(template(Checkout=rule(), Other=rule("other"), group={"GroupName": "slow"}))
    aws.client("xray").delete_sampling_rule(RuleName="other")
    assert stack.delete() == "DELETE_COMPLETE"
    assert rates(aws) == {"Default": 0.05}
    assert aws.client("xray").get_groups()["Groups"] == []


def test_drift_finds_what_was_changed_by_hand(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(
        template(
            Checkout=rule(),
            Other=rule("other"),
            Gone=rule("gone"),
            group={"GroupName": "slow", "FilterExpression": "ok"},
        )
    )
    assert {status for status, _ in stack.drift().values()} == {"IN_SYNC"}

    xray = aws.client("xray")
    xray.update_sampling_rule(SamplingRuleUpdate={"RuleName": "checkout", "FixedRate": 1})
    xray.update_group(GroupName="slow", FilterExpression="fault")
    xray.delete_sampling_rule(RuleName="gone")

    assert stack.drift() == {
        "Checkout": ("MODIFIED", ["/SamplingRule/FixedRate"]),
        "Other": ("IN_SYNC", []),
        "Gone": ("DELETED", []),
        "Slow": ("MODIFIED", ["/FilterExpression"]),
    }


def test_tags_of_the_stack_and_the_resource_reach_both(aws: EmbeddedAws, stack: Any) -> None:
    own = [{"Key": "team", "Value": "growth"}]
    stack_tags = [{"Key": "env", "Value": "dev"}]
    declared = template(Checkout=rule(), group={"GroupName": "slow"}, tags=own)
    stack.create(declared, Tags=stack_tags)
    for arn in (stack.outputs()["CheckoutRef"], stack.outputs()["SlowRef"]):
        assert tags(aws, arn) == {"team": "growth", "env": "dev"}
    assert {status for status, _ in stack.drift().values()} == {"IN_SYNC"}

    aws.client("xray").tag_resource(
        ResourceARN=stack.outputs()["CheckoutRef"], Tags=[{"Key": "by", "Value": "hand"}]
    )
    stack.update(template(Checkout=rule(), group={"GroupName": "slow"}, tags=[]), Tags=stack_tags)
    assert tags(aws, stack.outputs()["CheckoutRef"]) == {"env": "dev", "by": "hand"}
    assert tags(aws, stack.outputs()["SlowRef"]) == {"env": "dev"}


def test_one_template_in_two_regions_makes_two_rules(stack_in: Any) -> None:
    for region in ("eu-west-1", "us-east-1"):
        stack = stack_in(account="111111111111", region=region)
        assert stack.create(template(Checkout=rule())) == "CREATE_COMPLETE"
        assert set(stack.outputs().values()) == {
            f"arn:aws:xray:{region}:111111111111:sampling-rule/checkout"
        }
