"""Why a rule decides about a request, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.sampling.matching import MATCHED_FIELDS, Request
from cdk_ecs_xray.sampling.rules import DefaultRule, SamplingRule
from cdk_ecs_xray.sampling.sdks import SDKS, USUAL, Sdk, as_sent, mismatch_with, skipped


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


def explain_request(
    rules: Sequence[SamplingRule],
    default: DefaultRule,
    request: Request,
    sdk: Sdk = SDKS[USUAL],
) -> Sequence[Verdict]:
    """Return every rule in the order X-Ray tries them, with why it decides or does not.

    :param sdk: whose matching it is.
    """
    request = as_sent(request, sdk)
    verdicts: list[Verdict] = []
    winner: str | None = None
    for rule in rules:
        field = mismatch_with(rule, request, sdk)
        never = skipped(rule, sdk)
        if never is not None:
            reason = never
        elif field is not None:
            value = getattr(request, field)
            given = f"'{value}'" if value else "a request without one"
            reason = f"{field} '{getattr(rule, field)}' does not match {given}"
        elif winner is not None:
            reason = f"matches, but '{winner}' comes first"
        else:
            reason = f"matches {_matched(rule, request)}"
        wins = winner is None and field is None and never is None
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
    named_parts = [f"{field} '{value}'" for field, value in named.items() if field not in unknown]
    named_parts += [f"{field} '{named[field]}', as the request has none" for field in unknown]
    return ", ".join(named_parts) or "every request"
