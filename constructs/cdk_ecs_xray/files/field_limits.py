"""Limits of single fields, whose errors say how to fix the value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.printable import printable

_LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """Return a value as an error shows it: in YAML's words, on one line that is not too long."""
    if isinstance(value, str):
        cut = value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…"
        return f"'{printable(cut)}'"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


def kind_of(value: object) -> str:
    """Return what a value is, for an error that must not show it."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "text" if isinstance(value, str) else shown(value)


def _number(value: float) -> str:
    """Return a number as people write it: whole ones with all of their digits."""
    return str(int(value)) if float(value).is_integer() else f"{value:g}"


def within(low: float, high: float, fix: str | Callable[[Any], str]) -> Callable[[Any], Any]:
    """Return a validator for a number in a closed range that says how to fix one outside it."""

    def check(value: Any) -> Any:
        if not low <= value <= high:
            raise InvalidValueError(
                Problem(
                    what=f"must be between {_number(low)} and {_number(high)}",
                    got=_number(value),
                    fix=fix if isinstance(fix, str) else fix(value),
                )
            )
        return value

    return check


def at_most(characters: int) -> Callable[[str], str]:
    """Return a validator for the length of a text that X-Ray limits."""

    def check(value: str) -> str:
        if not 1 <= len(value) <= characters:
            raise InvalidValueError(
                Problem(
                    what=f"must be 1 to {characters} characters long",
                    got=f"{len(value)} in '{value}'",
                    fix="Shorten it." if value else "Write a value, or leave the key out.",
                )
            )
        return value

    return check


def one_of(values: Sequence[str]) -> Callable[[str], str]:
    """Return a validator for a word of a list."""

    def check(value: str) -> str:
        if value not in values:
            raise InvalidValueError(
                Problem(
                    what=f"must be one of {', '.join(values)}",
                    got=shown(value),
                    fix="Choose one of these.",
                )
            )
        return value

    return check


def matching(pattern: str, rule: str, *, fix: str = "Rename it.") -> Callable[[str], str]:
    """Return a validator for a name, or with a fix of its own for other texts, with the rule."""

    def check(value: str) -> str:
        # Compiled when a value is there, and kept by `re`: few files have all that a model takes.
        if re.fullmatch(pattern, value) is None:
            raise InvalidValueError(Problem(what=f"must be {rule}", got=shown(value), fix=fix))
        return value

    return check


# AWS's API reference of CloudWatch Logs: logGroupName of CreateLogGroup.
LOG_GROUP_NAME = matching(r"[A-Za-z0-9_./#-]{1,512}", "the name of a log group")
# The characters of a segment's name: "X-Ray segment documents" in the developer guide.
TRACING_NAME = matching(
    r"[A-Za-z0-9_.:/%&#=+@ -]{1,200}",
    "1 to 200 letters, digits, spaces and characters of _.:/%&#=+@-, as X-Ray allows",
)
