"""How SDKs and samplers match rules, where they differ.

Read in their sources, November 2026: aws-xray-sdk 2.15 for Python and aws-xray-sdk-core 3.12 for
Node (both are run by tests), ``Matchers.java``, ``sampling.go`` and ``segment.go``,
``SamplingRule.cs`` with ``StringExtension.cs``, ``sampling_rule.rb``; for OpenTelemetry
``SamplingRuleApplier.java`` of opentelemetry-java-contrib, ``_sampling_rule_applier.py`` of AWS's
distribution for Python, ``sampling-rule-applier.ts`` of AWS's distribution for Node.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from cdk_ecs_xray.sampling.matching import MATCHED_FIELDS, OF_REQUESTS, Request, mismatch
from cdk_ecs_xray.sampling.patterns import ANY_CHARACTER, ANY_RUN, pattern_matches
from cdk_ecs_xray.sampling.rules import ANYTHING, DefaultRule, SamplingRule

_PORT = re.compile(r":\d+$")


class Case(Enum):
    """Whether the case of letters counts."""

    IGNORED = "ignored"
    COUNTS = "counts"
    COUNTS_IN_PATTERNS = "counts where the rule has * or ?"


@dataclass(frozen=True, kw_only=True)
class Sdk:
    """What one SDK does with a request.

    :param title: as people call it.
    :param missing_matches: work without a request matches every pattern of host, method and path;
        otherwise ``*`` alone. What is only not known here matches, with every SDK.
    :param root_path: ``/`` is the path of work without a request.
    :param keeps_query: the path that is compared has the query behind it.
    :param has_port: the host that is compared has the port of the ``Host`` header.
    :param knows_attributes: rules with attributes or an ARN are compared; otherwise skipped.
    :param takes_quotas: X-Ray's quotas reach it; otherwise each process borrows one a second from
        every reservoir, for good. Run for Python and Node, and taken to be so for the others.
    """

    title: str
    case: Case = Case.IGNORED
    missing_matches: bool = True
    root_path: bool = False
    keeps_query: bool = False
    has_port: bool = True
    knows_attributes: bool = False
    takes_quotas: bool = True

    @property
    def matches_as_usual(self) -> bool:
        """Whether it matches what it is sent as the X-Ray SDK for Python does."""
        return self.case is Case.IGNORED and self.has_port and not self.knows_attributes


_OPEN_TELEMETRY = Sdk(
    title="OpenTelemetry",
    missing_matches=False,
    has_port=False,
    knows_attributes=True,
)
SDKS: Mapping[str, Sdk] = {
    "python": Sdk(title="X-Ray SDK for Python"),
    # It reads the time at which a quota ends, in seconds, as milliseconds: it ended long ago.
    "node": Sdk(title="X-Ray SDK for Node", keeps_query=True, takes_quotas=False),
    "java": Sdk(
        title="X-Ray SDK for Java",
        missing_matches=False,
        knows_attributes=True,
    ),
    "go": Sdk(title="X-Ray SDK for Go"),
    "dotnet": Sdk(title="X-Ray SDK for .NET"),
    "ruby": Sdk(title="X-Ray SDK for Ruby"),
    "adot-java": replace(_OPEN_TELEMETRY, title="ADOT for Java", case=Case.COUNTS_IN_PATTERNS),
    "adot-python": replace(
        _OPEN_TELEMETRY, title="ADOT for Python", case=Case.COUNTS, root_path=True
    ),
    "adot-node": replace(_OPEN_TELEMETRY, title="ADOT for Node", root_path=True),
}
"""By the name that ``--sdk`` takes."""
USUAL = "python"


def as_sent(request: Request, sdk: Sdk) -> Request:
    """Return a request as an SDK compares it."""
    path = request.url_path
    if request.is_work and sdk.root_path:
        path = "/"
    if path and request.query and sdk.keeps_query:
        path = f"{path}?{request.query}"
    host = request.host
    if host and not sdk.has_port:
        host = _PORT.sub("", host)
    return replace(request, url_path=path, host=host)


def skipped(rule: SamplingRule, sdk: Sdk) -> str | None:
    """Return why an SDK never uses a rule, or None where it does.

    Attributes and ARNs of requests are not known here, so rules that need some match nothing.
    """
    if not sdk.knows_attributes:
        reason = rule.skipped_because
        return None if reason is None else f"X-Ray's SDKs skip rules with {reason}"
    if rule.attributes:
        return f"needs attributes {', '.join(sorted(rule.attributes))}, which are not known here"
    if rule.resource_arn != ANYTHING:
        return f"needs resource_arn '{rule.resource_arn}', which is not known here"
    return None


def mismatch_with(rule: SamplingRule, request: Request, sdk: Sdk) -> str | None:
    """Return the first field in which a rule does not match, as :func:`as_sent` made them."""
    if sdk.case is Case.IGNORED and (sdk.missing_matches or not request.is_work):
        return mismatch(rule, request)
    for field in MATCHED_FIELDS:
        pattern, value = getattr(rule, field), getattr(request, field)
        if value:
            matches = _matches(pattern, value, sdk)
        else:
            missing = request.is_work and field in OF_REQUESTS and not sdk.missing_matches
            matches = not missing or pattern == ANYTHING
        if not matches:
            return field
    return None


def deciding_rule_with(
    rules: Sequence[SamplingRule], default: DefaultRule, request: Request, sdk: Sdk
) -> SamplingRule | DefaultRule:
    """Return the first rule, in the given order, that matches for an SDK."""
    sent = as_sent(request, sdk)
    for rule in rules:
        if skipped(rule, sdk) is None and mismatch_with(rule, sent, sdk) is None:
            return rule
    return default


def deciding_otherwise(
    rules: Sequence[SamplingRule], default: DefaultRule, request: Request
) -> Mapping[str, str]:
    """Return the rules that decide with SDKs whose answer is not the usual one, by SDK."""
    usual = deciding_rule_with(rules, default, request, SDKS[USUAL]).name
    answers = {
        name: deciding_rule_with(rules, default, request, sdk).name for name, sdk in SDKS.items()
    }
    return {name: answer for name, answer in answers.items() if answer != usual}


def _matches(pattern: str, value: str, sdk: Sdk) -> bool:
    if not pattern_matches(pattern, value):
        return False
    wild = ANY_RUN in pattern or ANY_CHARACTER in pattern
    if sdk.case is Case.IGNORED or (sdk.case is Case.COUNTS_IN_PATTERNS and not wild):
        return True
    return _exact(pattern).fullmatch(value) is not None


def _exact(pattern: str) -> re.Pattern[str]:
    """Return a pattern for which the case of letters counts."""
    wildcards = {ANY_RUN: ".*", ANY_CHARACTER: "."}
    return re.compile("".join(wildcards.get(c) or re.escape(c) for c in pattern), re.DOTALL)
