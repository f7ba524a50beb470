"""Data in the ECS API's spelling as the properties of a typed L1, and what no property takes."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aws_cdk import aws_ecs as ecs
from constructs import Construct
from jsii._runtime import python_jsii_mapping

from cdk_ecs_xray.templates.spelling import cloudformation_name, declared


@dataclass
class _Rest:
    """What no typed property takes, by its place in the template."""

    found: dict[str, Any] = field(default_factory=dict)


def add_task_definition(
    scope: Construct, construct_id: str, content: Mapping[str, Any]
) -> ecs.CfnTaskDefinition:
    """Provision what ``register-task-definition`` takes as one typed L1.

    What aws-cdk-lib does not know, such as a member that ECS has just got, is set as it is.
    """
    rest = _Rest()
    fields = _fields(ecs.CfnTaskDefinition)
    properties: dict[str, Any] = {}
    for name, value in content.items():
        if value is None:
            continue
        if name in ("cpu", "memory") and isinstance(value, int):
            value = str(value)  # noqa: PLW2901 - CloudFormation has these two as texts
        typed = _typed(name, value, fields, owner=None, place="", rest=rest)
        if typed is not None:
            argument, known = typed
            properties[argument] = known
    task_definition = ecs.CfnTaskDefinition(scope, construct_id, **properties)
    for place, value in rest.found.items():
        task_definition.add_property_override(place, value)
    return task_definition


def _typed(
    name: str,
    value: Any,
    fields: Mapping[str, tuple[str, Any]],
    *,
    owner: str | None,
    place: str,
    rest: _Rest,
) -> tuple[str, Any] | None:
    """Return argument and value of one member; None for what goes to the rest."""
    declared_name = cloudformation_name(name, owner=owner)
    found = fields.get(declared_name.lower())
    here = f"{place}{declared_name.replace('.', chr(92) + '.')}"
    if found is not None and _fits(value, found[1]):
        argument, hint = found
        return argument, _converted(value, hint, owner=name, place=here, rest=rest)
    rest.found[here] = declared(value, name)
    return None


def _converted(value: Any, hint: Any, *, owner: str, place: str, rest: _Rest) -> Any:
    struct = _struct(hint)
    if struct is None:
        return value
    if isinstance(value, list | tuple):
        return [
            _converted(item, hint, owner=owner, place=f"{place}.{position}", rest=rest)
            for position, item in enumerate(value)
        ]
    if not isinstance(value, Mapping):
        return value
    fields = _fields(struct)
    typed = [
        _typed(name, one, fields, owner=owner, place=f"{place}.", rest=rest)
        for name, one in value.items()
        if one is not None
    ]
    # A mapping in the JavaScript names, which jsii takes for the structure: the structure's own
    # class would have jsii read all its type hints at each call.
    return dict(pair for pair in typed if pair is not None)


@cache
def _fields(cls: type) -> Mapping[str, tuple[str, Any]]:
    """Return the arguments of a class of CDK's with their types, by CloudFormation's names."""
    hints = typing.get_type_hints(cls.__init__)  # type: ignore[misc]
    # Of a structure its JavaScript names; the arguments of a construct have Python's.
    names = python_jsii_mapping(cls) or {name: name for name in hints}
    return {
        name.replace("_", ""): (names[name], hint)
        for name, hint in hints.items()
        if name not in ("return", "scope", "id")
    }


@cache
def _struct(hint: Any) -> type | None:
    """Return the property class that a type holds, alone or in a list."""
    if isinstance(hint, type):
        return hint if hint.__name__.endswith(("Property", "CfnTag")) else None
    return next(
        (found for part in typing.get_args(hint) if (found := _struct(part)) is not None), None
    )


def _fits(value: Any, hint: Any) -> bool:
    """Return whether a property takes a value, so that CDK would not stop at it."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        parts = typing.get_args(hint)
        if _struct(hint) is not None:
            # CDK takes any mapping for a structure, and stops at a wrong one later.
            parts = tuple(part for part in parts if typing.get_origin(part) is not dict)
        return any(_fits(value, part) for part in parts)
    if origin is not None:
        of = typing.get_args(hint)[-1]
        if issubclass(origin, Mapping):
            return isinstance(value, Mapping) and all(_fits(one, of) for one in value.values())
        return isinstance(value, list | tuple) and all(_fits(item, of) for item in value)
    if isinstance(value, Mapping):
        return _struct(hint) is not None and _complete(value, hint)
    if isinstance(value, bool):
        return hint is bool
    return hint in (str, int, float) and isinstance(value, hint)


def _complete(value: Mapping[str, Any], struct: type) -> bool:
    """Return whether a mapping has what a property class insists on."""
    spelled = {cloudformation_name(str(name)).lower() for name in value}
    return {name.replace("_", "") for name in _required(struct)} <= spelled


@cache
def _required(struct: type) -> frozenset[str]:
    defaults = struct.__init__.__kwdefaults__ or {}  # type: ignore[misc]
    hints = typing.get_type_hints(struct.__init__)  # type: ignore[misc]
    return frozenset(name for name in hints if name != "return" and name not in defaults)
