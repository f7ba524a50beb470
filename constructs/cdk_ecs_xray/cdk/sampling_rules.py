"""Sampling rules in an account and region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from aws_cdk import Annotations
from aws_cdk import aws_xray as xray
from constructs import Construct

from cdk_ecs_xray.sampling import SamplingRule, SamplingRuleSet
from cdk_ecs_xray.sampling.checks import (
    EnvironmentRules,
    check_other_environments,
    check_rules,
)
from cdk_ecs_xray.sampling.findings import SamplingFinding
from cdk_ecs_xray.severity import Severity


class XRaySamplingRules(Construct):
    """Provisions the sampling rules of one environment.

    Rules belong to an account and region and apply to every service there; 25 are allowed. They
    cost nothing, but decide how many traces are recorded, which is what X-Ray charges for. What
    the checks find in them becomes an annotation, so that ``cdk synth`` fails on an error.

    :param rules: read from a file with :meth:`SamplingRuleSet.from_file`. Rules that are switched
        off in the environment are left out.
    :param environment: put in front of every rule's name.
    :param shared_with: the other environments of this account and region, each with the names its
        services trace under, which rules must not match; names that are not known are left out.
    :raises SamplingRuleError: when a name is too long with the environment in front.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        rules: SamplingRuleSet,
        environment: str,
        shared_with: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        qualified = rules.qualified(environment)
        super().__init__(scope, construct_id)
        checked = EnvironmentRules(environment=environment, rules=rules, where="sampling rules")
        self._annotate(check_rules(checked))
        self._annotate(check_other_environments(checked, shared_with.items()))
        self.rules: dict[str, xray.CfnSamplingRule] = {
            # The name in the construct id makes a renamed rule a new resource: CloudFormation
            # then creates it before it deletes the old one.
            name: xray.CfnSamplingRule(self, name, sampling_rule=_properties(name, rule))
            for name, rule in qualified.items()
        }

    def _annotate(self, findings: Iterable[SamplingFinding]) -> None:
        for finding in findings:
            if finding.severity is Severity.ERROR:
                Annotations.of(self).add_error(f"{finding.problem} [ecs-xray:{finding.check}]")
            else:
                Annotations.of(self).add_warning_v2(
                    f"ecs-xray:{finding.check}", str(finding.problem)
                )


def _properties(name: str, rule: SamplingRule) -> xray.CfnSamplingRule.SamplingRuleProperty:
    boost = rule.sampling_rate_boost
    return xray.CfnSamplingRule.SamplingRuleProperty(
        rule_name=name,
        priority=rule.priority,
        fixed_rate=rule.fixed_rate,
        reservoir_size=rule.reservoir_size,
        http_method=rule.http_method,
        host=rule.host,
        url_path=rule.url_path,
        service_name=rule.service_name,
        service_type=rule.service_type,
        resource_arn=rule.resource_arn,
        # X-Ray has only 1, and changing it makes an update fail.
        version=rule.version,
        attributes=rule.attributes or None,
        sampling_rate_boost=None
        if boost is None
        else xray.CfnSamplingRule.SamplingRateBoostProperty(
            max_rate=boost.max_rate, cooldown_window_minutes=boost.cooldown_window_minutes
        ),
    )
