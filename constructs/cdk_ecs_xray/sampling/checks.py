"""What the rules of a file do to each other, to other environments and to X-Ray's SDKs.

What a file says wrongly for itself is found when it is read. Everything here needs whole rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.sampling.findings import SamplingCheck, SamplingFinding
from cdk_ecs_xray.sampling.match_checks import depending_on_sdk, never_matching, taking_work
from cdk_ecs_xray.sampling.matching import MATCHED_FIELDS
from cdk_ecs_xray.sampling.patterns import pattern_covers, pattern_matches
from cdk_ecs_xray.sampling.rule_set import MAX_GROUPS, MAX_RULES, SamplingRuleSet
from cdk_ecs_xray.sampling.rules import ANYTHING, SamplingRule


@dataclass(frozen=True, kw_only=True)
class EnvironmentRules:
    """The rules of one environment, and what they can meet.

    :param environment: its name; None checks the rules without what differs.
    :param rules: of its file.
    :param where: how messages name the file.
    :param services: the names its apps trace under, as far as they are known.
    """

    environment: str | None
    rules: SamplingRuleSet
    where: str
    services: Sequence[str] = field(default_factory=tuple)

    def finding(
        self, check: SamplingCheck, rule: str, *, what: str, got: str, fix: str
    ) -> SamplingFinding:
        """Return a finding about one of the rules."""
        where = f"{self.where}, rule '{rule}'"
        if self.environment is not None:
            where += f", environment '{self.environment}'"
        return SamplingFinding(
            check=check,
            problem=Problem(where=where, what=what, got=got, fix=fix),
            entry=rule,
            environment=self.environment,
        )


def check_rules(checked: EnvironmentRules) -> Iterator[SamplingFinding]:
    """Find what is wrong with the rules of one environment for itself."""
    yield from _names(checked)
    rules = checked.rules.in_environment(checked.environment)
    yield from _quota(rules, checked.rules.groups_in(checked.environment), checked.where)
    for position, rule in enumerate(rules):
        yield from _unreachable(checked, rule, rules[:position])
        yield from _skipped(checked, rule)
        yield from _boost(checked, rule)
        yield from _matching(checked, rule)
    for rule, taken in taking_work(rules):
        yield checked.finding(
            SamplingCheck.WORK_WITHOUT_REQUEST,
            rule.name,
            what=f"must name its service, or it also takes the work without a request that "
            f"'{taken.name}' is for",
            got=f"service_name '{rule.service_name}' before '{taken.name}'",
            fix="Add the service_name of the app that gets the requests.",
        )


def check_account(sharing: Sequence[EnvironmentRules]) -> Iterator[SamplingFinding]:
    """Find what environments of one account and region do to each other.

    :param sharing: every environment there. What each does for itself is not checked again.
    """
    for checked in sharing:
        others = [
            (str(neighbor.environment), neighbor.services)
            for neighbor in sharing
            if neighbor is not checked
        ]
        yield from check_other_environments(checked, others)
    yield from _default_managed_twice(sharing)
    if len(sharing) > 1:
        yield from _quota(
            [
                rule
                for neighbor in sharing
                for rule in neighbor.rules.in_environment(neighbor.environment)
            ],
            [
                group
                for neighbor in sharing
                for group in neighbor.rules.groups_in(neighbor.environment)
            ],
            "environments " + ", ".join(f"'{neighbor.environment}'" for neighbor in sharing),
        )


def check_environment_names(
    rules: SamplingRuleSet, where: str, known: Sequence[str]
) -> Iterator[SamplingFinding]:
    """Find environments that a file speaks of and that do not exist."""
    for name in sorted(rules.environments_named - set(known)):
        yield SamplingFinding(
            check=SamplingCheck.UNKNOWN_ENVIRONMENT,
            problem=Problem(
                where=where,
                what=f"environment '{name}' not found",
                fix=f"Choose one of {', '.join(known)}.",
            ),
        )


def _names(checked: EnvironmentRules) -> Iterator[SamplingFinding]:
    if checked.environment is None:
        return
    for name, problem in checked.rules.names_too_long(checked.environment):
        yield SamplingFinding(
            check=SamplingCheck.NAME_LENGTH,
            problem=problem.at(f"{checked.where}, {problem.where}"),
            entry=name,
            environment=checked.environment,
        )


def _quota(
    rules: Sequence[object], groups: Sequence[object], place: str
) -> Iterator[SamplingFinding]:
    for kind, found, most in (("rules", rules, MAX_RULES), ("groups", groups, MAX_GROUPS)):
        if len(found) > most:
            yield SamplingFinding(
                check=SamplingCheck.QUOTA,
                problem=Problem(
                    where=place,
                    what=f"{kind} must be at most {most}, X-Ray's quota for an account and region",
                    got=str(len(found)),
                    fix="Merge some with wildcards, or move an environment to an account of its "
                    "own.",
                ),
            )


def _unreachable(
    checked: EnvironmentRules, rule: SamplingRule, earlier: Sequence[SamplingRule]
) -> Iterator[SamplingFinding]:
    covering = next((other for other in earlier if covers(other, rule)), None)
    if covering is not None:
        yield checked.finding(
            SamplingCheck.UNREACHABLE,
            rule.name,
            what="it is never applied",
            got=f"priority {rule.priority} behind '{covering.name}' with {covering.priority}, "
            "which matches all its requests",
            fix=f"Move it before '{covering.name}', narrow that one, or remove it.",
        )


def covers(wider: SamplingRule, narrower: SamplingRule) -> bool:
    """Tell whether every request that the narrower rule matches is matched by the wider one.

    A rule that X-Ray's SDKs skip covers nothing.
    """
    return wider.skipped_because is None and all(
        pattern_covers(getattr(wider, name), getattr(narrower, name)) for name in MATCHED_FIELDS
    )


def _skipped(checked: EnvironmentRules, rule: SamplingRule) -> Iterator[SamplingFinding]:
    if rule.skipped_because is not None:
        yield checked.finding(
            SamplingCheck.SKIPPED_BY_SDKS,
            rule.name,
            what="must do without attributes, resource_arn and version to work with X-Ray's SDKs, "
            "which silently skip it",
            got=rule.skipped_because,
            fix="Remove them, or keep it for OpenTelemetry apps only.",
        )


def _matching(checked: EnvironmentRules, rule: SamplingRule) -> Iterator[SamplingFinding]:
    for check, mistakes in (
        (SamplingCheck.NEVER_MATCHES, never_matching(rule)),
        (SamplingCheck.DEPENDS_ON_SDK, depending_on_sdk(rule)),
    ):
        for mistake in mistakes:
            yield checked.finding(
                check,
                rule.name,
                what=f"{mistake.field} {mistake.what}",
                got=f"'{getattr(rule, mistake.field)}'",
                fix=mistake.fix,
            )


def _boost(checked: EnvironmentRules, rule: SamplingRule) -> Iterator[SamplingFinding]:
    boost = rule.sampling_rate_boost
    if boost is not None and boost.max_rate <= rule.fixed_rate:
        yield checked.finding(
            SamplingCheck.BOOST,
            rule.name,
            what=f"max_rate must be above fixed_rate {rule.fixed_rate:g} to raise it",
            got=f"{boost.max_rate:g}",
            fix="Raise max_rate, or remove sampling_rate_boost.",
        )


def check_other_environments(
    checked: EnvironmentRules, others: Iterable[tuple[str, Sequence[str]]]
) -> Iterator[SamplingFinding]:
    """Find rules that match by service name alone, and so match other environments' services.

    :param others: environments of the same account and region, each with the names its apps trace
        under as far as they are known.
    """
    elsewhere = list(others)
    for rule in checked.rules.in_environment(checked.environment):
        if rule.host != ANYTHING:
            continue
        captured = [
            f"'{service}' of '{environment}'"
            for environment, services in elsewhere
            for service in services
            if pattern_matches(rule.service_name, service)
        ]
        if not captured and rule.service_name == ANYTHING:
            captured = [f"every service of '{environment}'" for environment, _ in elsewhere]
        if captured:
            yield checked.finding(
                SamplingCheck.OTHER_ENVIRONMENTS,
                rule.name,
                what="service_name must not match other environments of the account and region",
                got=f"'{rule.service_name}', which captures {', '.join(captured)}",
                fix="Name the environment's own services, give it a host, or use an account for "
                "each.",
            )


def _default_managed_twice(sharing: Sequence[EnvironmentRules]) -> Iterator[SamplingFinding]:
    managing = [
        f"'{neighbor.environment}'"
        for neighbor in sharing
        if neighbor.environment is not None
        and neighbor.rules.default.managed_by == neighbor.environment
    ]
    if len(managing) > 1:
        yield SamplingFinding(
            check=SamplingCheck.DEFAULT_MANAGED_TWICE,
            problem=Problem(
                where="environments " + ", ".join(managing),
                what="default.managed_by must be set by one environment of an account and region, "
                "which has one Default rule",
                got=str(len(managing)),
                fix="Remove it from all but one, or give each an account or region of its own.",
            ),
        )
