"""The words and signs of X-Ray's filter expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")
      | (?P<number>-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<word>[A-Za-z_][\w.-]*)
      | (?P<symbol><=|>=|!=|[=<>!(){},:\[\]])""",
    re.VERBOSE,
)


class FilterExpressionError(ValueError):
    """An expression that X-Ray would refuse, or drop the group for.

    :param column: where, the first character being 1.
    :param got: what stands there.
    :param fix: what to write instead.
    """

    def __init__(self, column: int, got: str, fix: str) -> None:
        self.column = column
        self.got = got
        self.fix = fix
        super().__init__(f"column {column} (got {got}). {fix}")


@dataclass(frozen=True, kw_only=True)
class Token:
    """One word, number, text or sign, and where it stands."""

    kind: str
    text: str
    column: int

    @property
    def shown(self) -> str:
        """The token as messages name it."""
        return "the end" if self.kind == "end" else f"'{self.text}'"


def tokens(expression: str) -> Iterator[Token]:
    """Return the tokens of an expression, with one for its end.

    :raises FilterExpressionError: for what is none of X-Ray's.
    """
    place = 0
    while place < len(expression):
        if expression[place].isspace():
            place += 1
            continue
        found = _TOKEN.match(expression, place)
        if found is None or found.lastgroup is None:
            raise _unreadable(expression, place)
        yield Token(kind=found.lastgroup, text=found.group(), column=place + 1)
        place = found.end()
    yield Token(kind="end", text="", column=len(expression) + 1)


def _unreadable(expression: str, place: int) -> FilterExpressionError:
    character = expression[place]
    if character == '"':
        return FilterExpressionError(place + 1, "a quote that is not closed", 'Add the closing ".')
    fix = 'Quote text with ".' if character in "'“”`" else "Remove it."
    return FilterExpressionError(place + 1, f"'{character}'", fix)
