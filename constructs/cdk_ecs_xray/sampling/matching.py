"""Which rule decides about a request, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.sampling.patterns import pattern_matches
from cdk_ecs_xray.sampling.rules import DefaultRule, SamplingRule

# The order in which aws-xray-sdk 2.15 compares them (sampling_rule.SamplingRule.match).
MATCHED_FIELDS = ("host", "http_method", "url_path", "service_name", "service_type")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What an SDK knows about a request when it decides whether to trace it.

    :param host: of the ``Host`` header; None, like an empty text in any field, is unknown, which
        matches every rule.
    :param url_path: without the query.
    :param service_name: the app's ``AWS_XRAY_TRACING_NAME``.
    :param service_type: such as ``AWS::ECS::Container``, with an SDK's ECS plugin.
    """

    host: str | None = None
    http_method: str | None = None
    url_path: str | None = None
    service_name: str | None = None
    service_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one rule for one request.

    :param rule: the rule.
    :param wins: it decides.
    :param reason: why it does, or does not.
    """

    rule: SamplingRule | DefaultRule
    wins: bool
    reason: str


def deciding_rule(
    rules: Sequence[SamplingRule], default: DefaultRule, request: Request
) -> SamplingRule | DefaultRule:
    """Return the first rule, in the given order, that matches; X-Ray's SDKs skip some."""
    for rule in rules:
        if rule.skipped_because is None and mismatch(rule, request) is None:
            return rule
    return default


def mismatch(rule: SamplingRule, request: Request) -> str | None:
    """Return the first field in which a rule does not match a request, or None if it matches."""
    for field in MATCHED_FIELDS:
        value: str | None = getattr(request, field)
        if value and not pattern_matches(getattr(rule, field), value):
            return field
    return None


def explain_request(
    rules: Sequence[SamplingRule], default: DefaultRule, request: Request
) -> Sequence[Verdict]:
    """Return every rule in the order X-Ray tries them, with why it decides or does not."""
    verdicts: list[Verdict] = []
    winner: str | None = None
    for rule in rules:
        field = mismatch(rule, request)
        if rule.skipped_because is not None:
            reason = f"X-Ray's SDKs skip rules with {rule.skipped_because}"
        elif field is not None:
            reason = f"{field} '{getattr(rule, field)}' does not match '{getattr(request, field)}'"
        elif winner is not None:
            reason = f"matches, but '{winner}' comes first"
        else:
            reason = f"matches {_matched(rule, request)}"
        wins = winner is None and field is None and rule.skipped_because is None
        winner = rule.name if wins else winner
        verdicts.append(Verdict(rule=rule, wins=wins, reason=reason))
    reason = "no rule matches" if winner is None else f"'{winner}' comes first"
    verdicts.append(Verdict(rule=default, wins=winner is None, reason=reason))
    return verdicts


def _matched(rule: SamplingRule, request: Request) -> str:
    named: Mapping[str, str] = {
        field: getattr(rule, field) for field in MATCHED_FIELDS if getattr(rule, field) != "*"
    }
    unknown = [field for field in named if not getattr(request, field)]
    told = [f"{field} '{value}'" for field, value in named.items() if field not in unknown]
    told += [f"{field} '{named[field]}', as the request has none" for field in unknown]
    return ", ".join(told) or "every request"
