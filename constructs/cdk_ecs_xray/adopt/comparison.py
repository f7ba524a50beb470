"""Compares what exists with what a template declares, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cdk_ecs_xray.adopt.ecs_properties import SERVICE_DEFAULTS
from cdk_ecs_xray.adopt.existing import CREATE_ONLY, TASK_DEFINITION, Existing
from cdk_ecs_xray.files.secrecy import is_shown
from cdk_ecs_xray.unknown import Unknown

Effect = Literal["updates", "new revision", "replaces"]
HIDDEN = "(sensitive)"
# What ECS fills in where a container says nothing; each means its absence.
_CONTAINER_DEFAULTS: Mapping[str, Any] = {
    "Cpu": 0,
    "Essential": True,
    "HostPort": 0,
    "Protocol": "tcp",
}
# Of policies, where one is written without a list, and of services, in whatever order.
_ONE_OR_MORE = ("Action", "Resource", "NotAction", "NotResource", "AWS", "Service")
_SETS = ("ManagedPolicyArns", "RequiresCompatibilities", "SecurityGroups", "Subnets")
# Without one, ECS looks for the service in the cluster 'default'.
_CLUSTER = "Cluster"
_KEYS = ("Name", "Key", "ContainerName", "Sid")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field that the deployment would change.

    :param path: members from the property on; containers and variables by their names.
    :param now: as it exists, ready to be shown; None where it is not set.
    :param then: as the template sets it, ready to be shown; None where it does not.
    """

    path: str
    now: str | None
    then: str | None
    effect: Effect


def differences(existing: Existing, declared: Mapping[str, Any]) -> Sequence[Difference]:
    """Return every field that differs; what the template leaves open until deployed is no field.

    :param declared: the template's properties, resolved.
    """
    created = CREATE_ONLY.get(existing.kind, ())
    found = []
    for path, now, then in _changes(normalized(existing.properties), normalized(declared), ()):
        dotted = ".".join(path)
        named = any(dotted == name or dotted.startswith(f"{name}.") for name in created)
        if named and path[0] not in declared and dotted != _CLUSTER:
            # Left to CloudFormation, the name of a resource stays what it is.
            continue
        effect: Effect = "replaces" if named else "updates"
        if existing.kind == TASK_DEFINITION:
            effect = "new revision"
        hidden = path[0] in existing.hidden or not is_shown(path)
        shown = [_shown(value, path, hidden=hidden) for value in (now, then)]
        found.append(Difference(path=dotted, now=shown[0], then=shown[1], effect=effect))
    return found


def normalized(value: Any) -> Any:
    """The same for whatever AWS takes as the same: no empty members, lists with names by name."""
    if isinstance(value, Mapping):
        members = {name: normalized(member) for name, member in value.items()}
        return {
            name: _member(name, member)
            for name, member in members.items()
            if member not in (None, [], {}, "") and not _is_default(name, member)
        }
    if isinstance(value, list):
        return _listed([normalized(item) for item in value])
    return value


def _is_default(name: str, value: Any) -> bool:
    return name in _CONTAINER_DEFAULTS and _CONTAINER_DEFAULTS[name] == value


def _member(name: str, value: Any) -> Any:
    if name == _CLUSTER and isinstance(value, str):
        # By name or by ARN.
        return value.rpartition("/")[2]
    if name in _ONE_OR_MORE:
        return sorted(value, key=str) if isinstance(value, list) else [value]
    if name in _SETS and isinstance(value, list):
        return sorted(value, key=str)
    if name == "Statement" and isinstance(value, Mapping) and "Effect" in value:
        return [value]
    return value


def _listed(items: list[Any]) -> Any:
    for key in _KEYS:
        names = [item.get(key) for item in items if isinstance(item, Mapping)]
        texts = [name for name in names if isinstance(name, str)]
        if items and len(texts) == len(items) == len(set(texts)):
            return {name: _without(item, key) for name, item in zip(texts, items, strict=True)}
    return items


def _without(item: Mapping[str, Any], key: str) -> Any:
    rest = {name: value for name, value in item.items() if name != key}
    # A variable or a tag is its value.
    return rest["Value"] if set(rest) == {"Value"} else rest


def _changes(
    now: Any, then: Any, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if _unknown(then):
        return
    if isinstance(now, Mapping) and isinstance(then, Mapping):
        for name in dict.fromkeys([*now, *then]):
            yield from _changes(now.get(name), then.get(name), (*path, name))
    elif isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        for position, (one, other) in enumerate(zip(now, then, strict=True)):
            yield from _changes(one, other, (*path, str(position)))
    elif not _same(now, then) and not all(
        _is_nothing(one, path[-1] if path else "") for one in (now, then)
    ):
        yield path, now, then


def _is_nothing(value: Any, name: str = "") -> bool:
    """Whether a member is not set, or set to what ECS fills in."""
    if isinstance(value, Mapping):
        return all(_is_nothing(member, inner) for inner, member in value.items())
    return value is None or (name in SERVICE_DEFAULTS and _same(value, SERVICE_DEFAULTS[name]))


def _unknown(value: Any) -> bool:
    return isinstance(value, Unknown)


def _same(now: Any, then: Any) -> bool:
    if isinstance(now, bool) or isinstance(then, bool):
        return str(now).lower() == str(then).lower()
    scalars = isinstance(now, str | int | float) and isinstance(then, str | int | float)
    # "256" and 256 are one to CloudFormation.
    return str(now) == str(then) if scalars else bool(now == then)


def _shown(value: Any, path: Sequence[str], *, hidden: bool) -> str | None:
    """The value as a report shows it; of a whole container, each variable by itself."""
    if value is None:
        return None
    if hidden:
        return HIDDEN
    return _members_shown(value, path) if isinstance(value, Mapping) else _nested(value, path)


def _members_shown(value: Mapping[str, Any], path: Sequence[str]) -> str:
    return ", ".join(f"{name} {_nested(member, (*path, name))}" for name, member in value.items())


def _nested(value: Any, path: Sequence[str]) -> str:
    if not is_shown(path):
        return HIDDEN
    if isinstance(value, Mapping):
        return "{" + _members_shown(value, path) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_nested(item, path) for item in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
