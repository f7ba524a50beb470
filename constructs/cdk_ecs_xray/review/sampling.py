"""The sampling rules of templates: what is wrong with them, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.review.rule import Finding
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.sampling import SamplingRuleSet
from cdk_ecs_xray.sampling.checks import EnvironmentRules, check_account, check_rules
from cdk_ecs_xray.sampling.findings import SamplingFinding
from cdk_ecs_xray.sampling.foreign_rules import in_file_shape
from cdk_ecs_xray.sampling.matching import deciding_rule
from cdk_ecs_xray.sampling.prices import DEFAULT_REGION, prices_in, span_prices_in
from cdk_ecs_xray.sampling.reading import inspect_content
from cdk_ecs_xray.sampling.simulation import AnyRule, Load, simulate
from cdk_ecs_xray.sampling.span_cost import MonthlySpanCost, SpanSizes
from cdk_ecs_xray.sampling.traffic.profile import TrafficProfile
from cdk_ecs_xray.sampling.values import DEFAULT_RULE_NAME
from cdk_ecs_xray.templates.container import Place
from cdk_ecs_xray.templates.model import Resource, Stack
from cdk_ecs_xray.templates.transaction_search import indexing_percentage
from cdk_ecs_xray.unknown import Unknown

_RULE = "AWS::XRay::SamplingRule"
_GROUP = "AWS::XRay::Group"
_TRACING_NAME = "AWS_XRAY_TRACING_NAME"
_WHERE = "template"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What an environment's rules record of a traffic in a month, and what that costs.

    :param region: whose prices they are.
    :param transaction_search: the same with Transaction Search.
    :param searched: whether a stack turns that on, so that it is what the account pays.
    """

    environment: str
    traces_a_month: float
    dollars: float
    region: str
    as_of: str
    transaction_search: MonthlySpanCost
    searched: bool

    @property
    def sentence(self) -> str:
        """The cost in words, with whose prices they are."""
        return (
            f"{self.traces_a_month:,.0f} traces a month, ${self.dollars:,.2f} at the prices of "
            f"{self.region} of {self.as_of}, free tier used once; "
            f"{self.transaction_search.sentence}"
            + ("; a stack turns it on" if self.searched else "")
        )

    def as_document(self) -> Mapping[str, Any]:
        """Return it for programs."""
        return {
            "environment": self.environment,
            "traces_a_month": self.traces_a_month,
            "dollars": self.dollars,
            "region": self.region,
            "as_of": self.as_of,
            "transaction_search": self.transaction_search.as_document(),
            "searched": self.searched,
        }


@dataclass(frozen=True, kw_only=True)
class _Sampled:
    """The rules of one environment: of a Stage, or of all stacks outside of any.

    :param rules: None where they could not be read.
    """

    environment: str
    account: tuple[str | None, str | None]
    rules: SamplingRuleSet | None
    findings: Sequence[SamplingFinding]
    places: Mapping[str, Place]
    services: Sequence[str]
    indexing_percentage: float | None


def sampling_findings(stacks: Sequence[Stack]) -> Sequence[Finding]:
    """Return what the checks of sampling files find in templates; open values are left out."""
    sampled = _sampled(stacks)
    found = [
        _finding(environment, finding)
        for environment in sampled
        for finding in environment.findings
    ]
    for environment in sampled:
        if environment.rules is not None:
            alone = _environment_rules(environment, environment=None)
            found += [_finding(environment, finding) for finding in check_rules(alone)]
    for account in dict.fromkeys(environment.account for environment in sampled):
        sharing = [
            environment
            for environment in sampled
            if environment.account == account and environment.rules is not None
        ]
        together = check_account([_environment_rules(environment) for environment in sharing])
        found += [_finding(_owner(sharing, finding), finding) for finding in together]
    return found


def costs(stacks: Sequence[Stack], traffic: TrafficProfile, *, processes: int) -> Sequence[Cost]:
    """Return what each environment's rules cost, as if it had this traffic and its own account.

    :param processes: app processes that share the traffic.
    """
    return [
        _cost(environment, environment.rules, traffic, processes)
        for environment in _sampled(stacks)
        if environment.rules is not None
    ]


def _cost(one: _Sampled, rules: SamplingRuleSet, traffic: TrafficProfile, processes: int) -> Cost:
    in_order = rules.in_environment(None)
    tried: Sequence[AnyRule] = (*in_order, rules.default)
    rates = dict.fromkeys((rule.name for rule in tried), 0.0)
    for route in traffic.routes:
        decided = deciding_rule(in_order, rules.default, route.request)
        rates[decided.name] += route.requests_per_second
    simulation = simulate(
        tried,
        [Load(per_second={rate: 1}, steady=True) for rate in rates.values()],
        seconds=1,
        processes=processes,
        insights=any(group.insights.enabled for group in rules.groups_in(None)),
    )
    region = one.account[1] or DEFAULT_REGION
    prices = prices_in(region)
    return Cost(
        environment=one.environment,
        traces_a_month=simulation.traces_a_month,
        dollars=simulation.cost(prices).total,
        region=prices.region,
        as_of=prices.as_of.isoformat(),
        transaction_search=simulation.span_cost(
            span_prices_in(region),
            SpanSizes()
            if one.indexing_percentage is None
            else SpanSizes(indexing_percentage=one.indexing_percentage),
        ),
        searched=one.indexing_percentage is not None,
    )


def _sampled(stacks: Sequence[Stack]) -> Sequence[_Sampled]:
    scopes = dict.fromkeys(
        (stack.source.environment, stack.source.account, stack.source.region) for stack in stacks
    )
    found = []
    for environment, account, region in scopes:
        own = [
            stack
            for stack in stacks
            if (stack.source.environment, stack.source.account, stack.source.region)
            == (environment, account, region)
        ]
        resources = [
            resource
            for stack in own
            for kind in (_RULE, _GROUP)
            for resource in stack.of_type(kind)
        ]
        closed = [resource for resource in resources if not _is_open(resource.properties)]
        if any(resource.type == _RULE for resource in closed):
            indexed = indexing_percentage(stacks, own[0].source)
            found.append(_read(environment, (account, region), closed, own, indexed))
    return found


def _read(
    environment: str,
    account: tuple[str | None, str | None],
    resources: Sequence[Resource],
    stacks: Sequence[Stack],
    indexed: float | None,
) -> _Sampled:
    rules = [resource for resource in resources if resource.type == _RULE]
    shape = in_file_shape([{"SamplingRule": _rule(rule.properties)} for rule in rules]).content
    own_rules = list(shape["rules"])
    if "default" in shape:
        # The API lists X-Ray's own rule beside the others; a template cannot have it.
        own_rules.append({"name": DEFAULT_RULE_NAME, "priority": 1, **shape["default"]})
    groups = [_group(resource.properties) for resource in resources if resource.type == _GROUP]
    reading = inspect_content({"rules": own_rules, "groups": groups}, SamplingRuleSet, where=_WHERE)
    return _Sampled(
        environment=environment or ", ".join(stack.source.path for stack in stacks),
        account=account,
        rules=reading.rules,
        findings=reading.findings,
        places={_name(resource): resource.place for resource in resources},
        services=list(_services(stacks)),
        indexing_percentage=indexed,
    )


def _rule(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    nested = properties.get("SamplingRule")
    rule = dict(nested) if isinstance(nested, Mapping) else {}
    # A template names either; X-Ray distinguishes rules by their names.
    rule.setdefault("RuleName", properties.get("RuleName", ""))
    return rule


def _group(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    group = {
        "name": properties.get("GroupName", ""),
        "filter_expression": properties.get("FilterExpression", ""),
    }
    insights = properties.get("InsightsConfiguration")
    if isinstance(insights, Mapping):
        group["insights"] = {
            "enabled": insights.get("InsightsEnabled", False),
            "notifications": insights.get("NotificationsEnabled", False),
        }
    return group


def _name(resource: Resource) -> str:
    if resource.type == _RULE:
        return str(_rule(resource.properties)["RuleName"])
    return str(resource.properties.get("GroupName", ""))


def _services(stacks: Sequence[Stack]) -> Iterator[str]:
    for stack in stacks:
        for task in stack.task_definitions:
            for app in task.apps:
                name = app.environment.get(_TRACING_NAME)
                if isinstance(name, str):
                    yield name


def _is_open(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_is_open(nested) for nested in value.values())
    if isinstance(value, list):
        return any(_is_open(nested) for nested in value)
    return isinstance(value, Unknown)


def _environment_rules(one: _Sampled, environment: str | None = "") -> EnvironmentRules:
    return EnvironmentRules(
        environment=one.environment if environment == "" else environment,
        rules=one.rules or SamplingRuleSet(rules=()),
        where=_WHERE,
        services=one.services,
    )


def _owner(sharing: Sequence[_Sampled], finding: SamplingFinding) -> _Sampled:
    owners = [
        environment for environment in sharing if environment.environment == finding.environment
    ]
    return (owners or sharing)[0]


def _finding(one: _Sampled, finding: SamplingFinding) -> Finding:
    fallback = next(iter(one.places.values()))
    place = fallback if finding.entry is None else one.places.get(finding.entry, fallback)
    return Finding(
        id=str(finding.check),
        severity=finding.severity,
        title=f"{str(finding.check).replace('-', ' ').capitalize()}",
        place=place,
        problem=finding.problem.at(str(place)),
        page=f"{XRAY}/xray-console-sampling.html",
    )
