"""Limits of single fields, whose errors say how to mend the value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """Return a value as an error shows it: in YAML's words, and not longer than a line."""
    if isinstance(value, str):
        cut = value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…"
        return f"'{cut}'"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return "nothing" if value is None else str(value)


def within(low: float, high: float, cure: str | Callable[[Any], str]) -> Callable[[Any], Any]:
    """Return a validator for a number in a closed range that says how to mend one outside it."""

    def check(value: Any) -> Any:
        if not low <= value <= high:
            advice = cure if isinstance(cure, str) else cure(value)
            raise ValueError(f"must be between {low:g} and {high:g}, got {value:g}; {advice}")
        return value

    return check


def at_most(characters: int) -> Callable[[str], str]:
    """Return a validator for the length of a text that X-Ray limits."""

    def check(value: str) -> str:
        if not 1 <= len(value) <= characters:
            raise ValueError(
                f"must be 1 to {characters} characters long, got {len(value)} in '{value}'; "
                + ("shorten it" if value else "write a value, or leave the key out")
            )
        return value

    return check


def matching(pattern: str, rule: str) -> Callable[[str], str]:
    """Return a validator for a name, with the rule in words."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise ValueError(f"must be {rule}, got {shown(value)}; rename it")
        return value

    return check
