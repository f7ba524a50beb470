"""Which sampling rule of an environment raises the rate of a service that fails. Pure."""

from __future__ import annotations

from cdk_ecs_xray.sampling import SamplingRuleSet
from cdk_ecs_xray.sampling.patterns import pattern_matches


def boosting_rule(rules: SamplingRuleSet, environment: str, traced_as: str) -> str | None:
    """Return the name of the first rule with a boost for a service; None where none has one."""
    return next(
        (
            rule.name
            for rule in rules.in_environment(environment)
            if rule.sampling_rate_boost is not None
            and pattern_matches(rule.service_name, traced_as)
        ),
        None,
    )
