"""How the properties of a resource differ, with the values that a report may show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.files.secrecy import SHOWN_TYPES, is_shown
from cdk_ecs_xray.review.voice import Voice
from cdk_ecs_xray.unknown import Unknown, known

# One text in Terraform, whose members are no attributes.
_DOCUMENTS = ("AssumeRolePolicyDocument", "PolicyDocument")


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Sequence[str]:
    """Return the members of which two mappings have other values."""
    return [key for key in {**old, **new} if not _alike(old.get(key), new.get(key))]


def _alike(one: object, other: object) -> bool:
    if isinstance(one, Unknown) and isinstance(other, Unknown) and one != other:
        # A plan names by reference what a state names by its ARN.
        by_value = [text for text in (one.expression, other.expression) if "${" not in text]
        return one.resource is not None and one.resource == other.resource and len(by_value) == 1
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return all(map(_alike, one, other))
    return one == other


def details(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    keys: Sequence[str],
    *,
    path: Sequence[str],
    voice: Voice,
) -> str:
    """Return what changes of some properties; of what may hold a secret, only that it does.

    :param keys: those that differ.
    :param path: the type of the resource, then the members that they are in.
    """
    said = []
    for key in keys:
        one, other = old.get(key), new.get(key)
        below = [*path, key]
        named = voice.property(path[0], key) if len(path) == 1 else voice.member(key)
        if voice.plans and key in _DOCUMENTS:
            said.append(f"{named} changed")
        elif isinstance(one, Mapping) and isinstance(other, Mapping):
            inner = differing(one, other)
            said.append(details(one, other, inner, path=below, voice=voice))
        elif path[0] in SHOWN_TYPES and is_shown(below):
            said.append(_said(named, one, other, voice))
        else:
            said.append(f"{named} changed")
    return ", ".join(said)


def _said(key: str, old: object, new: object, voice: Voice) -> str:
    shown_old, shown_new = (known(value) or _short(value, voice) for value in (old, new))
    if old is None:
        return f"{key} {shown_new} added"
    if new is None:
        return f"{key} {shown_old} removed"
    return f"{key} {shown_new} instead of {shown_old}"


def _short(value: object, voice: Voice) -> str:
    if isinstance(value, Unknown) and voice.plans and value.resource is None:
        return f"({voice.later})"
    if not isinstance(value, Mapping | list):
        return str(value)
    return f"{len(value)} entr{'y' if len(value) == 1 else 'ies'}"
