"""Tables in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_ROLE = re.compile(r":[a-z]+:`~?([^`]+)`")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table, with an empty one behind it."""
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]


def cell(text: str) -> str:
    """Return a text for a cell: one line, no bar, references and code as Markdown has them."""
    return prose(text).replace("|", "\\|")


def prose(text: str) -> str:
    """Return a docstring's text as Markdown has it, in one line."""
    joined = " ".join(text.split())
    return _ROLE.sub(r"`\1`", joined).replace("``", "`")
