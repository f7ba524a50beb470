"""What an environment has once per account and region."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray import XRayDefaultSamplingRule, XRayGroups, XRaySamplingRules
from stacks.acknowledged import acknowledge
from stacks.environment import SAMPLING_STACK, Environment

_DEFAULT_RULE_FINDINGS = {
    "IAM5[Resource::*]": "xray:GetSamplingRules takes no resource.",
}


class SamplingStack(cdk.Stack):
    """Provisions the sampling rules and groups of an environment, and the Default rule it manages.

    Rules cost nothing; groups with insights cost by the trace.
    """

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=environment.stack_name(SAMPLING_STACK),
            description=f"X-Ray sampling rules of {environment.name}",
        )
        rules = environment.sampling_rules
        self.rules = XRaySamplingRules(
            self, "SamplingRules", rules=rules, environment=environment.name
        )
        self.groups = XRayGroups(self, "Groups", rules=rules, environment=environment.name)
        self.default_rule = (
            XRayDefaultSamplingRule(self, "DefaultRule", default=rules.default)
            if rules.default.managed_by == environment.name
            else None
        )
        if self.default_rule is not None:
            acknowledge(self.default_rule, _DEFAULT_RULE_FINDINGS)
