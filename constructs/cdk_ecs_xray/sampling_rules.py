"""Sampling rules in an account and region."""

from __future__ import annotations

from aws_cdk import aws_xray as xray
from constructs import Construct

from cdk_ecs_xray.sampling import SamplingRuleSet


class XRaySamplingRules(Construct):
    """Provisions the sampling rules of one environment.

    Rules belong to an account and region and apply to every service there; 25 are allowed. They
    cost nothing, but decide how many traces are recorded, which is what X-Ray charges for.

    :param rules: read from a file with :meth:`SamplingRuleSet.from_file`.
    :param environment: put in front of every rule's name.
    :raises SamplingRuleError: when a name is too long with the environment in front.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, rules: SamplingRuleSet, environment: str
    ) -> None:
        qualified = rules.qualified(environment)
        super().__init__(scope, construct_id)
        self.rules: dict[str, xray.CfnSamplingRule] = {
            # The name in the construct id makes a renamed rule a new resource: CloudFormation
            # then creates it before it deletes the old one.
            name: xray.CfnSamplingRule(
                self,
                name,
                sampling_rule=xray.CfnSamplingRule.SamplingRuleProperty(
                    rule_name=name,
                    priority=rule.priority,
                    fixed_rate=rule.fixed_rate,
                    reservoir_size=rule.reservoir_size,
                    http_method=rule.http_method,
                    host=rule.host,
                    url_path=rule.url_path,
                    service_name=rule.service_name,
                    service_type=rule.service_type,
                    resource_arn="*",
                    # The only version there is; changing it makes an update fail.
                    version=1,
                ),
            )
            for name, rule in qualified.items()
        }
