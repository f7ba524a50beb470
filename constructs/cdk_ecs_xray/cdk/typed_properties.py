"""Data in the ECS API's spelling as the properties of a typed L1, and what no property takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aws_cdk import CfnTag
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
    fields: Mapping[str, _Member],
    *,
    owner: str | None,
    place: str,
    rest: _Rest,
) -> tuple[str, Any] | None:
    """Return argument and value of one member; None for what goes to the rest."""
    declared_name = cloudformation_name(name, owner=owner)
    found = fields.get(declared_name.lower())
    here = f"{place}{declared_name.replace('.', chr(92) + '.')}"
    if found is not None and _fits(value, found):
        return found.argument, _converted(value, found, owner=name, place=here, rest=rest)
    rest.found[here] = declared(value, name)
    return None


def _converted(value: Any, member: _Member, *, owner: str, place: str, rest: _Rest) -> Any:
    if member.struct is None:
        return value
    if isinstance(value, list | tuple):
        return [
            _converted(item, member, owner=owner, place=f"{place}.{position}", rest=rest)
            for position, item in enumerate(value)
        ]
    if not isinstance(value, Mapping):
        return value
    fields = _fields(_class_of(member.struct))
    typed = [
        _typed(name, one, fields, owner=owner, place=f"{place}.", rest=rest)
        for name, one in value.items()
        if one is not None
    ]
    # A mapping in the JavaScript names, which jsii takes for the structure: the structure's own
    # class would have jsii read all its type hints at each call.
    return dict(pair for pair in typed if pair is not None)


@dataclass(frozen=True, kw_only=True)
class _Member:
    """An argument of a class of CDK's: its name, and what it takes.

    :param struct: the name of the structure that it is, or that it lists.
    """

    argument: str
    struct: str | None
    is_list: bool
    is_map: bool
    takes: tuple[type, ...]


_STRUCT = re.compile(r"\bCfnTaskDefinition\.(\w+)|(CfnTag)\b")
_SCALARS: Mapping[str, tuple[type, ...]] = {
    "builtins.str": (str,),
    "builtins.bool": (bool,),
    "jsii.Number": (int, float),
}


@cache
def _fields(cls: type) -> Mapping[str, _Member]:
    """Return the arguments of a class of CDK's, by CloudFormation's names in lower case.

    Read from the texts of its annotations: to have Python evaluate them takes 20 ms a class.
    """
    annotations = {
        name: str(annotation)
        for name, annotation in cls.__init__.__annotations__.items()  # type: ignore[misc]
        if name not in ("return", "scope", "id")
    }
    # Of a structure its JavaScript names; the arguments of a construct have Python's.
    names = python_jsii_mapping(cls) or {name: name for name in annotations}
    return {
        name.replace("_", ""): _member(names[name], annotation)
        for name, annotation in annotations.items()
    }


def _member(argument: str, annotation: str) -> _Member:
    struct = _STRUCT.search(annotation)
    return _Member(
        argument=argument,
        struct=None if struct is None else struct[1] or struct[2],
        is_list="Sequence[" in annotation,
        is_map="Mapping[" in annotation,
        takes=tuple(one for name, types in _SCALARS.items() if name in annotation for one in types),
    )


def _class_of(struct: str) -> type:
    found: type = CfnTag if struct == "CfnTag" else getattr(ecs.CfnTaskDefinition, struct)
    return found


def _fits(value: Any, member: _Member) -> bool:
    """Return whether an argument takes a value, so that CDK would not stop at it."""
    if member.is_list:
        return isinstance(value, list | tuple) and all(_fits_one(one, member) for one in value)
    if member.is_map:
        return isinstance(value, Mapping) and all(_fits_one(one, member) for one in value.values())
    return _fits_one(value, member)


def _fits_one(value: Any, member: _Member) -> bool:
    if member.struct is not None:
        return isinstance(value, Mapping) and _complete(value, _class_of(member.struct))
    if isinstance(value, bool):
        return bool in member.takes
    return isinstance(value, member.takes)


def _complete(value: Mapping[str, Any], struct: type) -> bool:
    """Return whether a mapping has what a property class insists on."""
    spelled = {cloudformation_name(str(name)).lower() for name in value}
    return _required(struct) <= spelled


@cache
def _required(struct: type) -> frozenset[str]:
    defaults = struct.__init__.__kwdefaults__ or {}  # type: ignore[misc]
    names = struct.__init__.__annotations__  # type: ignore[misc]
    return frozenset(
        name.replace("_", "") for name in names if name != "return" and name not in defaults
    )
