"""What travels: JSON documents, pages, and the checks every operation shares."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from cdk_ecs_xray.local.xray.refusals import InvalidRequestError

Document = dict[str, Any]
Item = TypeVar("Item")


def page(
    items: Sequence[Item],
    *,
    key: Callable[[Item], tuple[Any, ...]],
    next_token: object,
    size: int,
) -> tuple[list[Item], dict[str, str]]:
    """One page of *items*, and the ``NextToken`` for the next when there is more.

    The token holds the key of the last item shown, not a position: what is added between two
    pages moves nothing, so no item comes twice and none is left out.

    :param key: what *items* are sorted by; no two have the same.
    :raises InvalidRequestError: for a token this service never gave out.
    """
    rest = items if next_token is None else _after(items, key, next_token)
    more = {"NextToken": _token(key(rest[size - 1]))} if len(rest) > size else {}
    return list(rest[:size]), more


def _token(key: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _after(
    items: Sequence[Item], key: Callable[[Item], tuple[Any, ...]], token: object
) -> Sequence[Item]:
    try:
        last = tuple(json.loads(base64.urlsafe_b64decode(str(token))))
        return [item for item in items if key(item) > last]
    except (ValueError, TypeError) as error:
        raise InvalidRequestError("NextToken is not valid") from error


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
