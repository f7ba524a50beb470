"""What an environment has once per account and region."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray import XRayDefaultSamplingRule, XRayGroups, XRaySamplingRules
from cdk_ecs_xray.environments.environment import SAMPLING_STACK, Environment
from cdk_ecs_xray.environments.folder import sharing_with
from cdk_ecs_xray.sampling.checks import check_environment_names
from cdk_ecs_xray.stacks.acknowledged import acknowledge

_DEFAULT_RULE_FINDINGS = {
    "IAM5[Resource::*]": "xray:GetSamplingRules takes no resource.",
}


class SamplingStack(cdk.Stack):
    """Provisions the sampling rules and groups of an environment, and the Default rule it manages.

    Rules cost nothing; groups with insights cost by the trace. Warns of rules that match services
    of other environments, and of environments in the rules file that do not exist.

    :param environments: all there are, this one included; None leaves out those warnings.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        environments: Mapping[str, Environment] | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=environment.stack_name(SAMPLING_STACK),
            description=f"X-Ray sampling rules of {environment.name}",
            tags=dict(environment.tags) or None,
        )
        rules = environment.sampling_rules
        self.rules = XRaySamplingRules(
            self,
            "SamplingRules",
            rules=rules,
            environment=environment.name,
            shared_with={
                other.name: other.traced_names
                for other in sharing_with(environment, environments or {})
            },
        )
        if environments is not None:
            for finding in check_environment_names(rules, "sampling rules", list(environments)):
                annotate = cdk.Annotations.of(self.rules)
                annotate.add_warning_v2(f"ecs-xray:{finding.check}", str(finding.problem))
        self.groups = XRayGroups(self, "Groups", rules=rules, environment=environment.name)
        self.default_rule = (
            XRayDefaultSamplingRule(self, "DefaultRule", default=rules.default)
            if rules.default.managed_by == environment.name
            else None
        )
        if self.default_rule is not None:
            acknowledge(self.default_rule, _DEFAULT_RULE_FINDINGS)
