"""Turns sampling rules of an account or in infrastructure code into a rules file.

Sources of the names: AWS::XRay::SamplingRule and AWS::XRay::Group of CloudFormation,
``aws_xray_sampling_rule`` and ``aws_xray_group`` of Terraform's AWS provider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from pydantic import BaseModel

from cdk_ecs_xray.errors import Problem, SamplingRuleError
from cdk_ecs_xray.files.terraform.documents import resources_in
from cdk_ecs_xray.printable import printable
from cdk_ecs_xray.sampling.findings import SamplingFinding, errors_in
from cdk_ecs_xray.sampling.foreign_rules import in_file_shape
from cdk_ecs_xray.sampling.reading import inspect_content
from cdk_ecs_xray.sampling.rule_set import SamplingRuleSet
from cdk_ecs_xray.unknown import Unknown

RULE_TYPE, GROUP_TYPE = "AWS::XRay::SamplingRule", "AWS::XRay::Group"
TERRAFORM_RULE = {
    "rule_name": "RuleName",
    "priority": "Priority",
    "fixed_rate": "FixedRate",
    "reservoir_size": "ReservoirSize",
    "service_name": "ServiceName",
    "service_type": "ServiceType",
    "host": "Host",
    "http_method": "HTTPMethod",
    "url_path": "URLPath",
    "resource_arn": "ResourceARN",
    "version": "Version",
    "attributes": "Attributes",
}
# X-Ray's own group of all traces has no expression, and cannot be managed.
_OWN_GROUP = "Default"
_HEADER = """\
# yaml-language-server: $schema=rules.schema.json
#
# Imported from {source}. The first rule that matches decides.

"""

Resource = tuple[str, str, Mapping[str, Any]]
"""A resource: its type in CloudFormation, how messages name it, and its properties there."""


def imported_rules(
    rules: Sequence[Mapping[str, Any]], groups: Sequence[Mapping[str, Any]], *, where: str
) -> tuple[SamplingRuleSet, Sequence[SamplingFinding]]:
    """Return X-Ray's rules and groups, as its API has them, and what is left out of them.

    :param where: how messages name the source.
    :raises SamplingRuleError: with everything that a rules file would refuse.
    """
    shaped = in_file_shape([{"SamplingRule": rule} for rule in rules], where=where)
    content = {**shaped.content, "groups": [_group(group) for group in groups if _is_own(group)]}
    reading = inspect_content(content, SamplingRuleSet, where=where)
    if reading.rules is None:
        raise SamplingRuleError(*(finding.problem for finding in errors_in(reading.findings)))
    return reading.rules, [*shaped.findings, *reading.findings]


def from_resources(
    resources: Sequence[Resource], *, where: str
) -> tuple[SamplingRuleSet, Sequence[SamplingFinding]]:
    """Return the rules and groups among resources.

    :raises SamplingRuleError: for values that are not known before a deployment, and as
        :func:`imported_rules` does.
    """
    unknown = [
        Problem(
            where=f"{where}, {name}",
            what=f"{key} must be known before the deployment",
            got=f"'{value}'",
            fix="Import from the account instead: ecs-xray rules import account",
        )
        for _, name, properties in resources
        for key, value in _leaves(properties)
        if isinstance(value, Unknown)
    ]
    if unknown:
        raise SamplingRuleError(*unknown)
    rules = [_rule(properties) for kind, _, properties in resources if kind == RULE_TYPE]
    groups = [properties for kind, _, properties in resources if kind == GROUP_TYPE]
    if not rules and not groups:
        raise SamplingRuleError(
            Problem(
                where=where,
                what="a sampling rule or group of X-Ray not found",
                fix="Name the source that creates them.",
            )
        )
    return imported_rules(rules, groups, where=where)


def terraform_resources(document: Mapping[str, Any]) -> Iterator[Resource]:
    """Yield what a plan or state of Terraform holds, under CloudFormation's names.

    :raises SamplingRuleError: for what is not as Terraform writes it.
    """
    problems: list[Problem] = []
    for one in resources_in(document, problems, where="Terraform"):
        found = terraform_properties(one.type, one.values)
        if found is not None:
            yield found[0], one.address, found[1]
    if problems:
        raise SamplingRuleError(*problems)


def terraform_properties(
    kind: str, values: Mapping[str, Any]
) -> tuple[str, Mapping[str, Any]] | None:
    """Return type and properties in CloudFormation of a rule or group; None for anything else."""
    if kind == "aws_xray_sampling_rule":
        rule = {new: values[old] for old, new in TERRAFORM_RULE.items() if old in values}
        return RULE_TYPE, {"SamplingRule": {k: v for k, v in rule.items() if v is not None}}
    if kind == "aws_xray_group":
        return GROUP_TYPE, _terraform_group(values)
    return None


def rules_file_text(rules: SamplingRuleSet, *, source: str) -> str:
    """Return a rules file; what has its default value is not written."""
    document: dict[str, Any] = {}
    default = rules.default.model_dump(exclude_unset=True)
    if default:
        document["default"] = default
    ordered = sorted(rules.rules, key=lambda rule: (rule.priority, rule.name))
    document["rules"] = [_written(rule) for rule in ordered]
    if rules.groups:
        document["groups"] = [_written(group) for group in rules.groups]
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    if not all(map(str.isprintable, text.split("\n"))):
        text = yaml.safe_dump(document, sort_keys=False, width=100)
    return _HEADER.format(source=printable(source)) + text


def _written(entry: BaseModel) -> dict[str, Any]:
    return entry.model_dump(exclude_defaults=True)


def _rule(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    nested = properties.get("SamplingRule")
    rule = dict(nested) if isinstance(nested, Mapping) else {}
    if "RuleName" in properties:
        rule.setdefault("RuleName", properties["RuleName"])
    return rule


def _is_own(group: Mapping[str, Any]) -> bool:
    return not (group.get("GroupName") == _OWN_GROUP and not group.get("FilterExpression"))


def _group(group: Mapping[str, Any]) -> Mapping[str, Any]:
    shaped: dict[str, Any] = {
        "name": group.get("GroupName"),
        "filter_expression": group.get("FilterExpression"),
    }
    insights = group.get("InsightsConfiguration")
    if isinstance(insights, Mapping) and insights.get("InsightsEnabled"):
        shaped["insights"] = {
            "enabled": True,
            "notifications": insights.get("NotificationsEnabled") is True,
        }
    return shaped


def _terraform_group(values: Mapping[str, Any]) -> Mapping[str, Any]:
    group = {
        "GroupName": values.get("group_name"),
        "FilterExpression": values.get("filter_expression"),
    }
    insights = values.get("insights_configuration")
    if isinstance(insights, list) and insights and isinstance(insights[0], Mapping):
        group["InsightsConfiguration"] = {
            "InsightsEnabled": insights[0].get("insights_enabled", False),
            "NotificationsEnabled": insights[0].get("notifications_enabled", False),
        }
    return group


def _leaves(value: object, key: str = "properties") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            # Tags are not part of a rules file.
            if name != "Tags":
                yield from _leaves(inner, str(name))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner, key)
    else:
        yield key, value
