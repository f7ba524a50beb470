"""What IAM policies allow, evaluated without asking IAM, in yes, no and cannot tell.

A short form of IAM's own logic for actions that take no resource: an explicit denial wins, then
any allowance (the IAM user guide, "Policy evaluation logic"). Conditions, values that only the
deployment knows and boundaries that were not read are never guessed: they make a yes or a no into
*cannot tell*, which is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cdk_ecs_xray.collectors.write_access import SPAN_ACTIONS
from cdk_ecs_xray.unknown import Text, Unknown

PUT = "xray:PutTraceSegments"
SAMPLING = ("xray:GetSamplingRules", "xray:GetSamplingTargets")

_ANY_RESOURCE = "*"
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")

# Policies that AWS maintains, by what their documents hold of X-Ray's write actions.
_WITH_WRITE_ACCESS = frozenset(
    {
        "AdministratorAccess",
        "AWSElasticBeanstalkWebTier",
        "AWSElasticBeanstalkWorkerTier",
        "AWSXRayDaemonWriteAccess",
        "AWSXRayFullAccess",
        "AWSXrayFullAccess",
        "AWSXrayWriteOnlyAccess",
        "CloudWatchAgentAdminPolicy",
        "CloudWatchAgentServerPolicy",
        "PowerUserAccess",
    }
)
_WITHOUT = (
    "AWSXRayReadOnlyAccess",
    "AWSXrayReadOnlyAccess",
    "AmazonBedrock",
    "AmazonDynamoDB",
    "AmazonEC2ContainerRegistry",
    "AmazonECSTaskExecutionRolePolicy",
    "AmazonKinesis",
    "AmazonRDS",
    "AmazonS3",
    "AmazonSES",
    "AmazonSNS",
    "AmazonSQS",
    "AmazonSSM",
    "CloudWatchLogs",
    "SecretsManager",
)
_WITH_EVERYTHING = frozenset(
    {"AdministratorAccess", "AWSXRayFullAccess", "AWSXrayFullAccess", "PowerUserAccess"}
)
_BEANSTALK = "AWSElasticBeanstalk"
_PUT = ("xray:puttracesegments", "xray:puttelemetryrecords")


@dataclass(frozen=True, kw_only=True)
class PolicyStatement:
    """One statement of a policy, its lists always lists.

    :param actions: of ``Action``; None where the statement has ``NotAction``.
    :param not_actions: of ``NotAction``; None where it has none.
    :param resources: of ``Resource``; None where the statement has ``NotResource``.
    :param not_resources: of ``NotResource``; None where it has none.
    """

    sid: str
    effect: str
    actions: Sequence[Text] | None
    not_actions: Sequence[Text] | None
    resources: Sequence[Text] | None
    not_resources: Sequence[Text] | None
    conditional: bool

    @property
    def shown_actions(self) -> Sequence[str]:
        """The actions as a report shows them."""
        return _shown(self.actions, self.not_actions)

    @property
    def shown_resources(self) -> Sequence[str]:
        """The resources as a report shows them."""
        return _shown(self.resources, self.not_resources)

    @property
    def on_every_resource(self) -> bool:
        """Whether it names no resource in particular."""
        return _about(self.resources, self.not_resources, _ANY_RESOURCE) is True

    def names(self, action: str) -> bool:
        """Return whether it is certainly about an action, on whatever resource."""
        return _about(self.actions, self.not_actions, action) is True


def statements_in(document: object) -> Sequence[PolicyStatement] | None:
    """Return the statements of a policy document; None where it is not known what it holds."""
    if not isinstance(document, Mapping) or isinstance(document.get("Statement"), Unknown):
        return None
    found = document.get("Statement", [])
    listed = found if isinstance(found, list) else [found]
    if any(not isinstance(raw, Mapping) for raw in listed):
        return None
    return [_statement(raw) for raw in listed]


def allowed(
    action: str, statements: Iterable[PolicyStatement], *, granted_by: Iterable[bool | None] = ()
) -> bool | None:
    """Return whether statements allow an action that takes no resource; None for cannot tell.

    :param granted_by: whether each policy whose statements are not known allows it.
    """
    concerned = [(statement, _concerns(statement, action)) for statement in statements]
    denied = [answer for one, answer in concerned if one.effect == "Deny"]
    if True in denied:
        return False
    granted = [*granted_by, *(answer for one, answer in concerned if one.effect == "Allow")]
    if True in granted:
        return None if None in denied else True
    return None if None in granted else False


def allowed_somewhere(
    action: str, statements: Iterable[PolicyStatement], *, granted_by: Iterable[bool | None] = ()
) -> bool | None:
    """Return whether statements allow an action on some resource; None for cannot tell.

    For actions on a resource that nobody compares here: a no is certain, a yes is not proven.
    """
    about = [
        _about(statement.actions, statement.not_actions, action)
        for statement in statements
        if statement.effect == "Allow"
    ]
    return any_of(*granted_by, *about)


def all_of(*answers: bool | None) -> bool | None:
    """Return yes where every answer is yes, no where one is no."""
    if False in answers:
        return False
    return None if None in answers else True


def any_of(*answers: bool | None) -> bool | None:
    """Return yes where one answer is yes, no where every one is no."""
    if True in answers:
        return True
    return None if None in answers else False


def managed_policy_allows(arn: Text, action: str) -> bool | None:
    """Return whether a policy that AWS maintains allows an action of X-Ray's, by its name."""
    name = policy_name(arn)
    if action in SPAN_ACTIONS and name not in _WITH_EVERYTHING:
        # What AWS has added to its other policies since they were read is not known here.
        return False if name.startswith(_WITHOUT) else None
    if name in _WITH_WRITE_ACCESS:
        # Elastic Beanstalk's tiers can put segments and ask for rules, like the daemon's own.
        return True if not name.startswith(_BEANSTALK) or action.lower() in _PUT else None
    return False if name.startswith(_WITHOUT) else None


def policy_name(arn: Text) -> str:
    """Return the last part of a policy's ARN."""
    return str(arn).rpartition("/")[2]


def _statement(raw: Mapping[str, Any]) -> PolicyStatement:
    return PolicyStatement(
        sid=str(raw.get("Sid", "")),
        effect=str(raw.get("Effect", "")),
        actions=_texts(raw, "Action"),
        not_actions=_texts(raw, "NotAction"),
        resources=_texts(raw, "Resource"),
        not_resources=_texts(raw, "NotResource"),
        conditional=bool(raw.get("Condition")),
    )


def _shown(named: Sequence[Text] | None, other_than: Sequence[Text] | None) -> Sequence[str]:
    if other_than is not None:
        return [f"all but {', '.join(map(str, other_than))}"]
    return [str(text) for text in named or ()]


def _texts(raw: Mapping[str, Any], member: str) -> Sequence[Text] | None:
    if member not in raw:
        return None
    found = raw[member]
    listed = found if isinstance(found, list) else [found]
    return [text if isinstance(text, Unknown) else str(text) for text in listed]


def _concerns(statement: PolicyStatement, action: str) -> bool | None:
    """Return whether a statement is about an action on every resource."""
    answer = all_of(
        _about(statement.actions, statement.not_actions, action),
        _about(statement.resources, statement.not_resources, _ANY_RESOURCE),
    )
    return None if answer is True and statement.conditional else answer


def _about(
    patterns: Sequence[Text] | None, other_than: Sequence[Text] | None, value: str
) -> bool | None:
    if other_than is not None:
        found = any_of(*(_matches(pattern, value) for pattern in other_than))
        return None if found is None else not found
    return any_of(*(_matches(pattern, value) for pattern in patterns or ()))


def _matches(pattern: Text, value: str) -> bool | None:
    if isinstance(pattern, Unknown):
        # What is spelled out of it may rule a value out: arn:aws:xray:${AWS::Region}:* is no *.
        spelled_out = "*".join(_PLACEHOLDER.split(pattern.expression))
        whole = pattern.resource is not None or pattern.expression == spelled_out
        return None if whole or _expression(spelled_out).fullmatch(value) else False
    return _expression(pattern).fullmatch(value) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.IGNORECASE | re.DOTALL)
