"""A value that only the deployment knows, as every reader of templates and files has it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A value that is not in what was read. Nothing that depends on it is ever a finding.

    :param expression: how to show it, known parts spelled out: ``fq-${Environment}-xray:2000``.
        Two unknown values with one expression are the same value.
    :param resource: the resource whose reference this is and nothing else: its logical id, or
        behind its stack's path, ``dev/orders#Role``, where several stacks are read together.
    :param either: what it may be, where that is one of a few values.
    """

    expression: str
    resource: str | None = None
    either: tuple[Any, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return self.expression

    def may_be(self, actual: object) -> bool:
        """Return whether the deployed value can be this one: the parts that are known agree."""
        literals = _PLACEHOLDER.split(self.expression)
        pattern = ".*".join(re.escape(literal) for literal in literals)
        return re.fullmatch(pattern, str(actual), re.DOTALL) is not None


Text = str | Unknown
"""A text, known or not."""


def spelled(value: Text | None) -> str | None:
    """Return a text that can be shown as a value; None where nothing of it is known."""
    if not isinstance(value, Unknown):
        return value
    parts = _PLACEHOLDER.split(value.expression)
    return value.expression if len(parts) > 1 and any(parts) else None


def known(value: object) -> str | None:
    """Return a text that is spelled out, or None."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None
