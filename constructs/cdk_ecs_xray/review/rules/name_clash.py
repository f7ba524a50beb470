"""Physical names are unique within an account and region, across all environments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import CLOUDFORMATION
from cdk_ecs_xray.review.voice import voice_of
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import Resource, Stack
from cdk_ecs_xray.templates.stack_source import StackSource

# What tracing brings, and the property that names it.
_NAMED = {
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::XRay::Group": "GroupName",
    "AWS::XRay::SamplingRule": "RuleName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::TaskDefinition": "Family",
}

_SHARED = "AWS::ECS::TaskDefinition"


def _check(stacks: Sequence[Stack]) -> Iterator[Found]:
    taken: dict[tuple[str, str], list[tuple[Stack, Resource]]] = {}
    for stack in stacks:
        voice = voice_of(stack.source)
        for resource in stack.resources:
            name = _name(resource)
            if name is None:
                continue
            before = taken.setdefault((resource.type, name), [])
            for other_stack, other in before:
                apart = stack is other_stack and other.condition in resource.ruled_out
                if not apart and _may_share(stack.source, other_stack.source):
                    yield Found(
                        place=resource.place,
                        what=f"{voice.member(_NAMED[resource.type])} must be unique in an account "
                        "and region",
                        got=f"'{name}', which {other.place} has too",
                        fix=f"Put the environment into the name, or {voice.apart}.",
                        severity=_severity(stack.source, resource),
                    )
            before.append((stack, resource))


def _severity(source: StackSource, resource: Resource) -> Severity | None:
    # A plan names no account; then nobody knows that both names are in one.
    guessed = source.form == "terraform" and None in (source.account, source.region)
    return Severity.WARNING if guessed or resource.type == _SHARED else None


def _name(resource: Resource) -> str | None:
    key = _NAMED.get(resource.type)
    if key is None:
        return None
    nested = resource.properties.get("SamplingRule")
    source = nested if key == "RuleName" and isinstance(nested, dict) else resource.properties
    name = source.get(key)
    return name if isinstance(name, str) else None


def _may_share(one: StackSource, other: StackSource) -> bool:
    def same(first: str | None, second: str | None) -> bool:
        # Left open, it is whatever the deploying user has, which may be the other's.
        return first is None or second is None or first == second

    return same(one.account, other.account) and same(one.region, other.region)


RULE = Rule(
    id="name-clash",
    severity=Severity.ERROR,
    title="One physical name twice",
    source=f"{CLOUDFORMATION}/aws-properties-name.html",
    check=_check,
)
