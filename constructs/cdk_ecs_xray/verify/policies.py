"""What IAM policies allow on every resource, evaluated without asking IAM. Pure.

A short form of IAM's own logic: an explicit denial wins, then any allowance. Conditions are not
evaluated: an allowance with one does not count, a denial with one does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

Statement = Mapping[str, Any]


def allowed(action: str, statements: Sequence[Statement]) -> bool:
    """Whether statements allow an action that takes no resource."""
    concerned = [one for one in statements if _concerns(one, action)]
    if any(one.get("Effect") == "Deny" for one in concerned):
        return False
    return any(
        one.get("Effect") == "Allow" and not one.get("Condition") and _everywhere(one)
        for one in concerned
    )


def statements_of(document: Any) -> Sequence[Statement]:
    """Return the statements of a policy document, which may be a single one."""
    found = document.get("Statement", [])
    return [found] if isinstance(found, Mapping) else list(found)


def _concerns(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not any(_matches(one, action) for one in _listed(statement["NotAction"]))
    return any(_matches(one, action) for one in _listed(statement.get("Action", [])))


def _everywhere(statement: Statement) -> bool:
    # X-Ray's write actions take no resource: a statement about some resources allows nothing.
    return "*" in _listed(statement.get("Resource", []))


def _listed(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else list(value)


def _matches(pattern: str, action: str) -> bool:
    return _expression(pattern).fullmatch(action) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.IGNORECASE)
