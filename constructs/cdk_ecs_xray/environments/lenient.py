"""Reads a model whose values are not all right, so that a file has to be fixed only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import Any, TypeVar

from pydantic import ValidationError

from cdk_ecs_xray.errors import Problem

Validated = TypeVar("Validated")
Path = Sequence[int | str]
Found = Iterator[tuple[Path, Problem]]
"""Problems between keys, each with the path of the key that it is shown at."""
_ATTEMPTS = 8


def leniently(data: Any, validate: Callable[[Any], Validated]) -> Validated | None:
    """Return the model with defaults in place of wrong values; None where that cannot be.

    For checks between keys, which run beside those of single values. What stays wrong goes with
    the mapping that it is in.
    """
    tried: Counter[tuple[int | str, ...]] = Counter()
    for _ in range(_ATTEMPTS):
        try:
            return validate(data)
        except ValidationError as invalid:
            # From the end, so that what goes from a list leaves the places before it.
            for detail in reversed(invalid.errors(include_url=False)):
                place = detail["loc"]
                data = _without(data, place[: len(place) - tried[place]])
                tried[place] += 1
    return None


def validated(
    data: object, handler: Callable[[Any], Validated]
) -> tuple[Validated | None, list[Any]]:
    """Return the model, or None and what is wrong with its data."""
    try:
        return handler(data), []
    except ValidationError as invalid:
        return None, invalid.errors(include_url=False)


def _without(data: Any, path: Path) -> Any:
    """Return a copy of nested data without what is at a path; what has no such path stays."""
    if not path or not isinstance(data, dict | list):
        return data
    first, *rest = path
    try:
        inner = data[first]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return data
    shorter = copy(data)
    if rest:
        shorter[first] = _without(inner, rest)  # type: ignore[index]
    else:
        del shorter[first]  # type: ignore[arg-type]
    return shorter
