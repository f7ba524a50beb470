"""Whether the sampling rules and groups in the account are those that were synthesized."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.verify.check import Answer, Check, failed, ok
from cdk_ecs_xray.verify.comparison import differences
from cdk_ecs_xray.verify.deployment import Deployment

RULE = "AWS::XRay::SamplingRule"
_GROUP = "AWS::XRay::Group"
# What the kit changes the Default rule with, which CloudFormation knows nothing of.
_DEFAULT_RULE = "Custom::XRayDefaultSamplingRule"
_DEFAULT_RULE_MEMBERS = ("FixedRate", "ReservoirSize")


def _look(deployment: Deployment) -> Iterator[Answer]:
    for stack in deployment.stacks:
        region = deployment.region_of(stack)
        rules, groups = synthesized_rules(deployment, stack), _groups(deployment, stack)
        if rules:
            yield from _answers("sampling rule", rules, _rules_there(deployment, region))
        if groups:
            yield from _answers("group", groups, _groups_there(deployment, region))


def synthesized_rules(
    deployment: Deployment, stack: StackSource
) -> Mapping[str, Mapping[str, Any]]:
    """Return the rules of a template by name."""
    values = deployment.values(stack)
    rules = [
        values.resolve(properties.get("SamplingRule", {}))
        for properties in stack.resources(RULE).values()
    ]
    rules += [
        {"RuleName": "Default", **{name: properties[name] for name in _DEFAULT_RULE_MEMBERS}}
        for properties in stack.resources(_DEFAULT_RULE).values()
    ]
    return {str(rule.get("RuleName")): rule for rule in rules}


def _groups(deployment: Deployment, stack: StackSource) -> Mapping[str, Mapping[str, Any]]:
    values = deployment.values(stack)
    groups = [
        {name: value for name, value in values.resolve(properties).items() if name != "Tags"}
        for properties in stack.resources(_GROUP).values()
    ]
    return {str(group.get("GroupName")): group for group in groups}


def _rules_there(deployment: Deployment, region: str) -> Mapping[str, Mapping[str, Any]]:
    pages = deployment.client("xray", region).get_paginator("get_sampling_rules").paginate()
    rules = [record["SamplingRule"] for page in pages for record in page["SamplingRuleRecords"]]
    return {rule["RuleName"]: rule for rule in rules}


def _groups_there(deployment: Deployment, region: str) -> Mapping[str, Mapping[str, Any]]:
    pages = deployment.client("xray", region).get_paginator("get_groups").paginate()
    return {group["GroupName"]: group for page in pages for group in page["Groups"]}


def _answers(
    kind: str, synthesised: Mapping[str, Any], there: Mapping[str, Any]
) -> Iterator[Answer]:
    for name, wanted in synthesised.items():
        if name not in there:
            yield failed(
                f"{kind} {name}",
                "is not there",
                fix="Somebody deleted it: create it again by hand, or delete and deploy its "
                "stack. Deploying alone changes nothing.",
            )
            continue
        found = [str(difference) for difference in differences(wanted, there[name])]
        if found:
            yield failed(
                f"{kind} {name}",
                "; ".join(found),
                fix="Set it back by hand, or write the value into the file and deploy it.",
            )
        else:
            yield ok(f"{kind} {name}", "is as synthesized")


SAMPLING = Check(
    check_id="sampling",
    needs=(
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "xray:GetSamplingRules",
        "xray:GetGroups",
    ),
    look=_look,
)
