"""What data from outside may be: bounded in depth, in number and in its numbers. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, InvalidValueError, Problem

DEEPEST = 100
# A Terraform plan of 16 MiB has half of them.
_MOST_VALUES = 1_000_000
LARGEST = 2**63


def require_bounded(
    value: object,
    *,
    where: str,
    error: type[EcsXRayError] = ConfigurationError,
    shared: bool = True,
) -> None:
    """Refuse data that no reader is made for.

    :param shared: a value may stand in several places, as YAML's aliases make it.
    :raises EcsXRayError: as the given class, for more than 100 levels, a million values, numbers
        that are not finite or do not fit 64 bits, and halves of surrogate pairs.
    """
    try:
        _Walk(shared={} if shared else None).height(value)
    except InvalidValueError as refused:
        raise error(refused.problem.at(where)) from None
    except RecursionError:
        raise error(too_deep(where)) from None


def require_few(signs: int) -> None:
    """Refuse a text by its signs before anything is made of it, which takes more memory than time.

    :raises InvalidValueError: for a million values and more.
    """
    if signs > _MOST_VALUES:
        raise InvalidValueError(
            Problem(
                what=f"the file must hold at most {_MOST_VALUES:,} values",
                got="more",
                fix="Check that it is the right file.",
            )
        )


def too_deep(where: str) -> Problem:
    """Return the problem of a file with too many levels."""
    return Problem(
        where=where,
        what="the file must be nested less deeply",
        got=f"more than {DEEPEST} levels",
        fix="Flatten it.",
    )


def no_number(got: str) -> InvalidValueError:
    """Return the error for a number that no reader is made for."""
    return InvalidValueError(
        Problem(
            what="a number must be finite, and a whole one below 2^63", got=got, fix="Correct it."
        )
    )


@dataclass(kw_only=True)
class _Walk:
    """Goes over all of a value once.

    :param shared: heights by identity, for data where one value is in several places; None for
        data where none does, which then takes no memory for it.
    """

    shared: dict[int, int] | None
    values: int = 0

    def height(self, value: object, depth: int = 0) -> int:
        """Return how many levels a value has."""
        self.values += 1
        require_few(self.values)
        if isinstance(value, Mapping | list):
            return self._inner(value, depth)
        _require_scalar(value)
        return 0

    def _inner(self, value: Mapping[Any, Any] | list[Any], depth: int) -> int:
        height = None if self.shared is None else self.shared.get(id(value))
        if height is None:
            if depth >= DEEPEST:
                raise RecursionError
            inner = chain(value, value.values()) if isinstance(value, Mapping) else value
            height = 1 + max((self.height(one, depth + 1) for one in inner), default=0)
            if self.shared is not None:
                self.shared[id(value)] = height
        if depth + height > DEEPEST:
            raise RecursionError
        return height


def _require_scalar(value: object) -> None:
    if isinstance(value, str):
        _require_unicode(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise no_number(f"{value:g}")
    elif isinstance(value, int) and not -LARGEST <= value < LARGEST:
        raise no_number(f"{len(str(abs(value)))} digits")


def _require_unicode(text: str) -> None:
    # Half of a surrogate pair: JSON and YAML can spell it, no file and no AWS API can hold it.
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidValueError(
            Problem(
                what="text must be Unicode characters",
                got="half of a surrogate pair",
                fix="Write the character itself.",
            )
        )
