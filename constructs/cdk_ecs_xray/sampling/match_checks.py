"""Rules that can't match what they say, because no SDK hands over a request in that form.

What is compared, from the sources of the X-Ray SDKs and of OpenTelemetry's X-Ray samplers: the
``Host`` header, in which clients leave out a scheme's own port; the path without query and
fragment; one method; the name and type of the service. Patterns know ``*`` and ``?`` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.sampling.matching import OF_REQUESTS
from cdk_ecs_xray.sampling.patterns import pattern_matches
from cdk_ecs_xray.sampling.rules import ANYTHING, SamplingRule

SERVICE_TYPES: Mapping[str, str] = {
    "AWS::ECS::Container": "X-Ray SDKs with the ECS plugin, OpenTelemetry on ECS, Fargate included",
    "AWS::EC2::Instance": "X-Ray SDKs with the EC2 plugin, OpenTelemetry on EC2",
    "AWS::EKS::Container": "X-Ray SDKs with the EKS plugin, OpenTelemetry on EKS",
    "AWS::ElasticBeanstalk::Environment": "X-Ray SDKs with its plugin, OpenTelemetry there",
    "AWS::Lambda::Function": "OpenTelemetry in Lambda",
    "AWS::ApiGateway::Stage": "API Gateway",
    "AWS::AppSync::GraphQLAPI": "AppSync",
}
"""The service types that a sender has, with who sends them."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What is wrong with one field of a rule.

    :param what: the clause that is not met.
    """

    field: str
    what: str
    fix: str


Signs = Sequence[tuple[re.Pattern[str], str, str]]
_PLACEHOLDER = "Write * in its place."
_NO_REGEX = "must be a pattern with * and ?, which is no regular expression"
_HOST_SIGNS: Signs = (
    (re.compile(r"://"), "must be a host without a scheme", "Remove the scheme."),
    (re.compile(r"/"), "must be a host without a path", "Put the path under url_path."),
    (
        re.compile(r":(?:80|443)$"),
        "must be a host without its scheme's own port, which clients don't send",
        "Remove the port.",
    ),
    (re.compile(r"[,|;\s]"), "must be one host", "Write a rule for each, or a pattern with *."),
    (re.compile(r"[\^$\\()\[\]+{}<>@]"), "must be a host or a pattern with * and ?", _PLACEHOLDER),
)
_PATH_SIGNS: Signs = (
    (
        re.compile(r"[A-Za-z][\w+.-]*://"),
        "must be a path without scheme and host",
        "Put the host under host.",
    ),
    (re.compile(r"^\^|\$$|\\|/\.\*|\.\+|\(\?|\([^)]*\|"), _NO_REGEX, _PLACEHOLDER),
    (re.compile(r"\[[^\]]*[-^][^\]]*\][*+?{]?"), _NO_REGEX, _PLACEHOLDER),
    (
        re.compile(r"\{[^}/]*\}|<[^>/]*>|/:[A-Za-z_]"),
        "must be a pattern of real paths, not a route with parameters",
        _PLACEHOLDER,
    ),
    (
        re.compile(r"\?[\w.%\[\]-]+="),
        "must be a path without a query, which SDKs cut off or X-Ray never gets",
        "Remove the query.",
    ),
    (re.compile(r"#"), "must be a path without a fragment, which browsers keep", "Remove it."),
    (re.compile(r"[,|;]\s*/"), "must be one path", "Write a rule for each, or a pattern with *."),
    (re.compile(r"\s"), "must be a path without spaces", "Write %20 or *."),
    (re.compile(r"^[^/*?]"), "must begin with / or *", "Write the / in front."),
)
_METHOD_SIGNS: Signs = (
    (re.compile(r"(?i)^(?:any|all)$"), "must be a method or *", "Write *."),
    (
        re.compile(r"[^A-Za-z*?_-]"),
        "must be one method",
        "Write a rule for each, or * for all of them.",
    ),
)
_SIGNS: Mapping[str, Signs] = {
    "host": _HOST_SIGNS,
    "url_path": _PATH_SIGNS,
    "http_method": _METHOD_SIGNS,
}
_OTHER_PORT = re.compile(r":\d+$")


def never_matching(rule: SamplingRule) -> Iterator[Mistake]:
    """Find the fields of a rule that no request can have in that form."""
    for field, signs in _SIGNS.items():
        value = getattr(rule, field)
        found = next(((what, fix) for sign, what, fix in signs if sign.search(value)), None)
        if found is not None:
            yield Mistake(field=field, what=found[0], fix=found[1])
    if not any(pattern_matches(rule.service_type, known) for known in SERVICE_TYPES):
        yield Mistake(
            field="service_type",
            what=f"must match a type that a sender has: {', '.join(SERVICE_TYPES)}",
            fix="On ECS, Fargate included, write AWS::ECS::Container, or leave it out.",
        )


def depending_on_sdk(rule: SamplingRule) -> Iterator[Mistake]:
    """Find fields that some SDKs match and others don't."""
    if _OTHER_PORT.search(rule.host) and not re.search(r":(?:80|443)$", rule.host):
        yield Mistake(
            field="host",
            what="must be a host without a port to work with every SDK, as some leave it out",
            fix="Write * in place of the port.",
        )


def taking_work(rules: Sequence[SamplingRule]) -> Iterator[tuple[SamplingRule, SamplingRule]]:
    """Find rules for requests of any service that also take what a later rule is for.

    Work without a request has no host, method and path, which the SDKs take for a match.

    :param rules: in the order X-Ray tries them.
    :returns: each such rule with the later one, which is for all that a service does.
    """
    for place, rule in enumerate(rules):
        if rule.skipped_because is not None or not _is_for_requests(rule):
            continue
        later = (other for other in rules[place + 1 :] if _is_for_everything(other))
        taken = next(later, None)
        if taken is not None:
            yield rule, taken


def _is_for_requests(rule: SamplingRule) -> bool:
    any_service = rule.service_name == ANYTHING and rule.service_type == ANYTHING
    return any_service and any(getattr(rule, field) != ANYTHING for field in OF_REQUESTS)


def _is_for_everything(rule: SamplingRule) -> bool:
    of_a_service = rule.service_name != ANYTHING or rule.service_type != ANYTHING
    return of_a_service and all(getattr(rule, field) == ANYTHING for field in OF_REQUESTS)
