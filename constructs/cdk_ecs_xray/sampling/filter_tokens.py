"""The words and signs of X-Ray's filter expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecoder

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")
      | (?P<number>-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<word>[A-Za-z_][\w.-]*)
      | (?P<symbol><=|>=|!=|[=<>!(){},:\[\]])""",
    re.VERBOSE,
)

# Of other languages, with what X-Ray has for them.
_FIXES = {
    "&&": "AND",
    "||": "OR",
    "&": "AND",
    "|": "OR",
    "==": "=",
    "<>": "!=",
    "~": "CONTAINS",
    "=~": "CONTAINS",
    "NOT": "!",
    "LIKE": "CONTAINS",
    "CONTAINS": "CONTAINS",
    "BEGINSWITH": "BEGINSWITH",
    "STARTSWITH": "BEGINSWITH",
    "ENDSWITH": "ENDSWITH",
}
_FOREIGN = re.compile(
    r"&&?|\|\|?|==|<>|=?~|(?:NOT|not|LIKE|like|STARTSWITH|startswith|[Cc]ontains|[Bb]egins[Ww]ith|"
    r"[Ee]nds[Ww]ith)(?![\w.\-])"
)


class FilterExpressionError(ValueError):
    """An expression that X-Ray would refuse, or drop the group for.

    :param column: where, the first character being 1.
    :param got: what is there.
    :param fix: what to write instead, as a sentence.
    :param meant: what would stand in the place of ``got``; empty where nobody can know.
    """

    def __init__(self, column: int, got: str, fix: str, *, meant: str = "") -> None:
        self.column = column
        self.got = got
        self.fix = fix
        self.meant = meant
        super().__init__(f"column {column} (got {got}). {fix}")


@dataclass(frozen=True, kw_only=True)
class Token:
    """One word, number, text or sign, and where it is."""

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
        if expression[place] == "#":
            end = _end_of_json(expression, place + 1)
            yield Token(kind="json", text=expression[place:end], column=place + 1)
            place = end
            continue
        found = _TOKEN.match(expression, place)
        foreign = _FOREIGN.match(expression, place)
        if foreign is not None:
            meant = _FIXES[foreign.group().upper()]
            raise FilterExpressionError(
                place + 1, f"'{foreign.group()}'", f"Write {meant}.", meant=meant
            )
        if found is None or found.lastgroup is None:
            raise _unreadable(expression, place)
        yield Token(kind=found.lastgroup, text=found.group(), column=place + 1)
        place = found.end()
    yield Token(kind="end", text="", column=len(expression) + 1)


def _end_of_json(expression: str, place: int) -> int:
    try:
        _, end = JSONDecoder().raw_decode(expression, place)
    except (ValueError, RecursionError):
        raise FilterExpressionError(place, "'#'", "Write JSON behind it, such as #[].") from None
    return end


def _unreadable(expression: str, place: int) -> FilterExpressionError:
    character = expression[place]
    if character == '"':
        return FilterExpressionError(place + 1, "a quote that is not closed", 'Add the closing ".')
    if character in "'“”`":
        # Whether X-Ray takes others is not known: its guide has none.
        return FilterExpressionError(
            place + 1, f"'{character}'", "Quote text with \", the only quote X-Ray's guide has."
        )
    return FilterExpressionError(place + 1, f"'{character}'", "Remove it.")
