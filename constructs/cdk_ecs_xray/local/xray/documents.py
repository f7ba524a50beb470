"""The shapes that travel: JSON documents, pages, and the checks every operation shares."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from cdk_ecs_xray.local.xray.refusals import InvalidRequestError

Document = dict[str, Any]
Item = TypeVar("Item")


def page(
    items: Sequence[Item], *, next_token: object, size: int
) -> tuple[list[Item], dict[str, str]]:
    """One page of *items* and, when there is more, the ``NextToken`` for the next.

    :raises InvalidRequestError: for a token this service never gave out.
    """
    start = _offset(next_token)
    if start > len(items):
        raise InvalidRequestError("NextToken is not valid")
    end = start + size
    more = {"NextToken": _token(end)} if end < len(items) else {}
    return list(items[start:end]), more


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"offset:{offset}".encode()).decode()


def _offset(token: object) -> int:
    if token is None:
        return 0
    try:
        label, _, offset = base64.urlsafe_b64decode(str(token)).decode().partition(":")
    except ValueError as error:
        raise InvalidRequestError("NextToken is not valid") from error
    if label != "offset" or not offset.isdecimal():
        raise InvalidRequestError("NextToken is not valid")
    return int(offset)


def text(document: Mapping[str, Any], name: str, *, longest: int, shortest: int = 0) -> str:
    """The string member *name*, its length checked."""
    value = document.get(name)
    if not isinstance(value, str):
        raise InvalidRequestError(f"{name} must be a string, got {value!r}")
    if not shortest <= len(value) <= longest:
        raise InvalidRequestError(
            f"{name} must have between {shortest} and {longest} characters, got {len(value)}"
        )
    return value


def number(
    document: Mapping[str, Any], name: str, *, lowest: float, highest: float | None = None
) -> float:
    """The number member *name*, its range checked; whole numbers stay whole."""
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequestError(f"{name} must be a number, got {value!r}")
    # Written so that NaN, which JSON readers let through, is out of range too.
    if not lowest <= value or (highest is not None and not value <= highest):
        limit = f"at least {lowest}" if highest is None else f"between {lowest} and {highest}"
        raise InvalidRequestError(f"{name} must be {limit}, got {value}")
    return value


def whole(
    document: Mapping[str, Any], name: str, *, lowest: int, highest: int | None = None
) -> int:
    """The integer member *name*, its range checked."""
    value = number(document, name, lowest=lowest, highest=highest)
    if value != int(value):
        raise InvalidRequestError(f"{name} must be a whole number, got {value}")
    return int(value)


def one_of(document: Mapping[str, Any], name: str, other: str) -> tuple[str, str]:
    """The one given of two members that identify a thing by name or by ARN."""
    given = [(key, document[key]) for key in (name, other) if document.get(key)]
    if len(given) != 1:
        raise InvalidRequestError(f"specify either {name} or {other}, but not both")
    key, value = given[0]
    if not isinstance(value, str):
        raise InvalidRequestError(f"{key} must be a string, got {value!r}")
    return key, value
