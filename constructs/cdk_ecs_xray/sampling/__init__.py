"""Sampling rules as files that people review. No CDK in here."""

from cdk_ecs_xray.sampling.rules import SamplingRule, SamplingRuleSet

__all__ = ["SamplingRule", "SamplingRuleSet"]
