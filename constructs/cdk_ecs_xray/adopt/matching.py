"""Finds the existing resource behind a template's: by its name, or by who refers to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.adopt.existing import (
    LOG_GROUP,
    MANAGED_POLICY,
    ROLE,
    ROLE_POLICY,
    SAMPLING_RULE,
    SERVICE,
    TASK_DEFINITION,
    XRAY_GROUP,
    Existing,
)
from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.unknown import Unknown

_NAMES: Mapping[str, Sequence[str]] = {
    LOG_GROUP: ("LogGroupName",),
    MANAGED_POLICY: ("ManagedPolicyName",),
    ROLE: ("RoleName",),
    ROLE_POLICY: ("PolicyName", "RoleName"),
    SAMPLING_RULE: ("SamplingRule.RuleName",),
    SERVICE: ("ServiceName",),
    TASK_DEFINITION: ("Family",),
    XRAY_GROUP: ("GroupName",),
}
_ROLES = ("TaskRoleArn", "ExecutionRoleArn")


def match(stack: StackSource, existing: Sequence[Existing]) -> Mapping[str, Existing]:
    """Return what exists of a stack, by logical id. One resource is taken by one at most."""
    resolver = Resolver.of(stack)
    found: dict[str, Existing] = {}
    resources = stack.template.get("Resources") or {}
    for logical_id, resource in resources.items():
        name = _name(resource.get("Type"), resolver.properties(logical_id))
        if name is not None:
            _take(found, logical_id, _by_name(existing, resource["Type"], name))
    for logical_id, service in list(found.items()):
        if service.kind == SERVICE:
            task = _target(stack, resolver.properties(logical_id).get("TaskDefinition"))
            if task is not None:
                # What runs is what is taken over, whatever its family is.
                found.pop(task, None)
                _take(found, task, _by_arn(existing, service.properties.get("TaskDefinition")))
    for logical_id, definition in list(found.items()):
        if definition.kind == TASK_DEFINITION:
            for member in _ROLES:
                role = _target(stack, resolver.properties(logical_id).get(member))
                if role is not None and resources[role].get("Type") == ROLE:
                    _take(found, role, _role(existing, definition.properties.get(member)))
    return found


def _name(kind: object, properties: Mapping[str, Any]) -> str | None:
    names = [_at(properties, dotted) for dotted in _NAMES.get(str(kind), ())]
    texts = [name for name in names if isinstance(name, str)]
    return "|".join(texts) if texts and len(texts) == len(names) else None


def _at(properties: Any, dotted: str) -> Any:
    for step in dotted.split("."):
        properties = properties.get(step) if isinstance(properties, Mapping) else None
    return properties


def _take(found: dict[str, Existing], logical_id: str, one: Existing | None) -> None:
    if one is not None and logical_id not in found and one not in found.values():
        found[logical_id] = one


def _by_name(existing: Sequence[Existing], kind: str, name: str) -> Existing | None:
    of_name = [one for one in existing if one.kind == kind and one.name == name]
    return of_name[-1] if of_name else None


def _by_arn(existing: Sequence[Existing], named: object) -> Existing | None:
    """The task definition that a service runs: an ARN, or a family with its revision."""
    text = str(named).rpartition("/")[2]
    for one in existing:
        if one.kind == TASK_DEFINITION and str(one.arn).rpartition("/")[2] == text:
            return one
    return _by_name(existing, TASK_DEFINITION, text.partition(":")[0])


def _role(existing: Sequence[Existing], arn: object) -> Existing | None:
    return next((one for one in existing if one.kind == ROLE and one.arn == arn), None)


def _target(stack: StackSource, value: object) -> str | None:
    """The resource of the same stack that a value refers to."""
    if not isinstance(value, Unknown) or value.resource is None:
        return None
    scope, _, logical_id = value.resource.rpartition("#")
    own = logical_id in (stack.template.get("Resources") or {})
    return logical_id if own and scope in ("", stack.path) else None
