"""What taking over an environment means: for each stack, what exists, changes, comes and stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.adopt.comparison import Difference, differences
from cdk_ecs_xray.adopt.existing import LOG_GROUP, ROLE, Existing, existing_resources, left_policies
from cdk_ecs_xray.adopt.matching import match
from cdk_ecs_xray.adopt.state import StateResource
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.templates.stack_values import StackValues
from cdk_ecs_xray.unknown import Unknown

_ARN_PARTS = 6


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the account has a resource of the state.

    :param drift: fields that are another in the account (``then``) than in the state (``now``).
    """

    is_there: bool
    drift: Sequence[Difference]

    @property
    def is_as_stated(self) -> bool:
        """Whether the state says how it is."""
        return self.is_there and not self.drift


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """A resource of a stack that exists already.

    :param standing: how the account has it; None where that was not asked.
    """

    logical_id: str
    existing: Existing
    differences: Sequence[Difference]
    standing: Standing | None = None

    @property
    def is_replaced(self) -> bool:
        """Whether the deployment would make a new one and delete this: it is not imported then."""
        return any(difference.effect == "replaces" for difference in self.differences)


@dataclass(frozen=True, kw_only=True)
class StackPlan:
    """What becomes of one stack's resources.

    :param created: type and logical id of what the deployment creates.
    :param left: inline policies that Terraform put into adopted roles.
    """

    stack: StackSource
    adopted: Sequence[Adopted]
    created: Sequence[tuple[str, str]]
    left: Sequence[StateResource]

    @property
    def imported(self) -> Sequence[Adopted]:
        """What ``cdk import`` takes."""
        return [one for one in self.adopted if not one.is_replaced]

    @property
    def mapping(self) -> Mapping[str, Mapping[str, str]]:
        """The document that ``cdk import --resource-mapping`` reads."""
        return {one.logical_id: one.existing.identifier for one in self.imported}


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What becomes of an environment."""

    stacks: Sequence[StackPlan]

    @property
    def replaced(self) -> Sequence[Adopted]:
        """What would be made anew: a gap, and what has to be settled first."""
        return [one for plan in self.stacks for one in plan.adopted if one.is_replaced]

    @property
    def outdated(self) -> Sequence[Adopted]:
        """What the account has not, or not as the state says."""
        return [
            one
            for plan in self.stacks
            for one in plan.adopted
            if one.standing is not None and not one.standing.is_as_stated
        ]

    @property
    def handed_over(self) -> Sequence[str]:
        """The addresses that Terraform has to forget."""
        return [
            address
            for plan in self.stacks
            for address in (
                *(one.existing.address for one in plan.imported),
                *(policy.address for policy in plan.left),
            )
        ]


def plan_adoption(
    state: Sequence[StateResource], stacks: Sequence[StackSource], *, where: str
) -> Adoption:
    """Return what becomes of an environment's stacks.

    :param where: names the state in errors.
    :raises ConfigurationError: when nothing of it is in the state, or the state is that of another
        account or region.
    """
    existing = existing_resources(state)
    plans = [_plan(stack, state, existing, where) for stack in stacks]
    if not any(plan.adopted for plan in plans):
        raise ConfigurationError(
            Problem(
                where=where,
                what="the state must hold a resource of the environment",
                got=f"{len(state)} resources, none with a name that its templates use",
                fix="Name the environment's resources as they are named there, or check --env.",
            )
        )
    return Adoption(stacks=plans)


def _plan(
    stack: StackSource, state: Sequence[StateResource], existing: Sequence[Existing], where: str
) -> StackPlan:
    found = match(stack, existing)
    place = _place(stack, found, where)
    resolver = Resolver(stack.template, StackValues(references=_references(stack, found, place)),
                        scope=stack.path)  # fmt: skip
    adopted = [
        Adopted(
            logical_id=logical_id,
            existing=one,
            differences=differences(one, _known(resolver.properties(logical_id), stack, found)),
        )
        for logical_id, one in found.items()
    ]
    resources = stack.template.get("Resources") or {}
    roles = [one.existing.name for one in adopted if one.existing.kind == ROLE]
    taken = {one.existing.address for one in adopted}
    return StackPlan(
        stack=stack,
        adopted=adopted,
        created=[
            (str(resource.get("Type")), logical_id)
            for logical_id, resource in resources.items()
            if logical_id not in found
        ],
        left=[
            policy
            for role in roles
            for policy in left_policies(state, role)
            if policy.address not in taken
        ],
    )


def _place(stack: StackSource, found: Mapping[str, Existing], where: str) -> Mapping[str, str]:
    """The pseudo parameters, from the ARNs of what exists."""
    place: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    for one in found.values():
        parts = (one.arn or "").split(":")
        if len(parts) < _ARN_PARTS:
            continue
        pairs = (("AWS::Region", parts[3]), ("AWS::AccountId", parts[4]))
        place |= {name: value for name, value in (*pairs, ("AWS::Partition", parts[1])) if value}
        for what, own, its in (
            ("account", stack.account, parts[4]),
            ("region", stack.region, parts[3]),
        ):
            if own is not None and its and own != its:
                problems[what] = Problem(
                    where=f"{where}, {one.address}",
                    what=f"the {what} must be {own}, that of stack {stack.name}",
                    got=its,
                    fix="Pass the state of the environment's own account and region.",
                )
    if problems:
        raise ConfigurationError(*problems.values())
    return place


def _references(
    stack: StackSource, found: Mapping[str, Existing], place: Mapping[str, str]
) -> Mapping[str, Any]:
    """What ``Ref`` gives."""
    groups = {
        logical_id: properties["LogGroupName"]
        for logical_id, properties in stack.resources(LOG_GROUP).items()
        if isinstance(properties.get("LogGroupName"), str)
    }
    physical = {
        logical_id: one.arn
        if one.arn is not None and one.kind.startswith(("AWS::ECS::", "AWS::XRay::"))
        else one.name
        for logical_id, one in found.items()
    }
    return {"AWS::StackName": stack.name, **place, **groups, **physical}


def _known(value: Any, stack: StackSource, found: Mapping[str, Existing]) -> Any:
    """What refers to a resource of the stack: to one that exists, or to one that will."""
    if isinstance(value, Mapping):
        return {name: _known(member, stack, found) for name, member in value.items()}
    if isinstance(value, list):
        return [_known(item, stack, found) for item in value]
    if not isinstance(value, Unknown) or value.resource is None:
        return value
    scope, _, logical_id = value.resource.rpartition("#")
    if scope not in ("", stack.path):
        return value
    if logical_id in found and value.expression == f"${{{logical_id}.Arn}}":
        return found[logical_id].arn
    return value if logical_id in found else f"the new {logical_id}"
