"""What differs between a task definition before and after, for programs that read it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.inject.definition import READ_ONLY, RawContainer, read_definition
from cdk_ecs_xray.inject.document import parse
from cdk_ecs_xray.inject.masking import masked_content
from cdk_ecs_xray.inject.registrable import unwrapped
from cdk_ecs_xray.inject.shape_check import CONTAINERS


def changes(before: str, after: str, *, where: str) -> Mapping[str, Any]:
    """Return what was added and removed, by container and of the task itself, without secrets.

    Of a list these are its items, of a value the whole value. Both texts are those of a task
    definition, one of them with tracing.
    """
    old, new = (masked_content(text, where=where) for text in (before, after))
    original = unwrapped(parse(before, where=where).root.plain)
    dropped = READ_ONLY & original.keys() if isinstance(original, Mapping) else ()
    return {
        "task": {
            **_difference(_task(old), _task(new)),
            # By name alone: what cannot be registered is AWS's own account of the task definition.
            "dropped": sorted(dropped),
        },
        "containers": _of_containers(_containers(old, where), _containers(new, where)),
    }


def _task(content: Any) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        return {}
    return {key: value for key, value in content.items() if key != CONTAINERS}


def _containers(content: Any, where: str) -> Mapping[str, RawContainer]:
    containers = read_definition(content, where=where).containers
    return {container["name"]: container for container in containers}


def _of_containers(
    before: Mapping[str, RawContainer], after: Mapping[str, RawContainer]
) -> Sequence[Mapping[str, Any]]:
    changed = []
    for name in {**before, **after}:
        difference = _difference(before.get(name, {}), after.get(name, {}))
        if not any(difference.values()):
            continue
        kind = "added" if name not in before else "changed" if name in after else "removed"
        changed.append({"name": name, "change": kind, **difference})
    return changed


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {"added": _only_in(after, before), "removed": _only_in(before, after)}


def _only_in(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    found = {}
    for key, value in one.items():
        if key not in other:
            found[key] = value
        elif isinstance(value, list) and isinstance(there := other[key] or [], list):
            if items := [item for item in value if item not in there]:
                found[key] = items
        elif value != other[key] and value is not None:
            found[key] = value
    return found
