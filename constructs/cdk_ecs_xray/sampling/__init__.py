"""Sampling rules as files that people review. No CDK in here."""

from cdk_ecs_xray.sampling.findings import SamplingCheck, SamplingFinding
from cdk_ecs_xray.sampling.groups import Group, Insights
from cdk_ecs_xray.sampling.rule_set import SamplingRuleSet
from cdk_ecs_xray.sampling.rules import DefaultRule, SamplingRateBoost, SamplingRule

__all__ = [
    "DefaultRule",
    "Group",
    "Insights",
    "SamplingCheck",
    "SamplingFinding",
    "SamplingRateBoost",
    "SamplingRule",
    "SamplingRuleSet",
]
