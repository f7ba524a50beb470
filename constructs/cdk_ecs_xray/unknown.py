"""A value that only the deployment knows, as every reader of templates and files has it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A value that is not in what was read. Nothing that depends on it is ever a finding.

    :param expression: how to show it, known parts spelled out: ``fq-${Environment}-xray:2000``.
        Two unknown values with one expression are the same value.
    :param resource: logical id of the resource whose reference this is and nothing else.
    """

    expression: str
    resource: str | None = None

    def __str__(self) -> str:
        return self.expression


Text = str | Unknown
"""A text, known or not."""


def known(value: object) -> str | None:
    """Return a text that is spelled out, or None."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None
