"""X-Ray's filter expressions: is one written as X-Ray reads it, and where not.

Grammar: "Using filter expressions" in the X-Ray developer guide. Values are quoted with ``"``; AND
and OR may be written in either case, and two conditions side by side mean AND.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence

from cdk_ecs_xray.sampling.filter_tokens import FilterExpressionError, Token, tokens

BOOLEANS = (
    "ok",
    "error",
    "throttle",
    "fault",
    "partial",
    "inferred",
    "first",
    "last",
    "remote",
    "root",
)
NUMBERS = ("responsetime", "duration", "http.status", "index", "coverage")
STRINGS = (
    "http.url",
    "http.method",
    "http.useragent",
    "http.clientip",
    "user",
    "name",
    "type",
    "message",
    "availabilityzone",
    "instance.id",
    "resource.arn",
    "group.name",
    "group.arn",
)
_EQUALITY = ("=", "!=")
_ORDER = (*_EQUALITY, "<", "<=", ">", ">=")
_TEXTUAL = (*_EQUALITY, "CONTAINS", "BEGINSWITH", "ENDSWITH")
_ID_PARTS = ("name", "type", "account.id")
_DEEPEST = 100


def check_filter_expression(expression: str) -> None:
    """Parse an expression for its errors.

    :raises FilterExpressionError: with the column of the first.
    """
    parser = _Parser(list(tokens(expression)))
    parser.any_of(level=0)
    parser.expect_end()


class _Parser:
    """Recursive descent over the tokens; ``level`` counts brackets so that input can't crash it."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._position = 0
        self._special: Mapping[str, Callable[[int], None]] = {
            "service": self._service,
            "edge": self._edge,
            "annotation": self._annotation_in_brackets,
        }

    @property
    def _next(self) -> Token:
        return self._tokens[self._position]

    def _refuse(self, fix: str) -> FilterExpressionError:
        return FilterExpressionError(self._next.column, self._next.shown, fix)

    def _take(self) -> Token:
        token = self._next
        self._position += 1
        return token

    def _skip(self, *texts: str) -> bool:
        if self._next.kind in ("word", "symbol") and self._next.text in texts:
            self._position += 1
            return True
        return False

    def _expect(self, text: str, fix: str = "") -> None:
        if not self._skip(text):
            raise self._refuse(fix or f"Write '{text}' there.")

    def expect_end(self) -> None:
        if self._next.kind != "end":
            raise self._refuse("Remove it, or join it with AND or OR.")

    def any_of(self, *, level: int) -> None:
        if level > _DEEPEST:
            raise self._refuse(f"Nest at most {_DEEPEST} levels deep.")
        self._all_of(level)
        while self._skip("OR", "or"):
            self._all_of(level)

    def _all_of(self, level: int) -> None:
        self._condition(level)
        while self._skip("AND", "and") or self._starts_condition():
            self._condition(level)

    def _starts_condition(self) -> bool:
        token = self._next
        return token.text in ("!", "(") or (token.kind == "word" and token.text not in ("OR", "or"))

    def _condition(self, level: int) -> None:
        while self._skip("!"):
            pass
        if self._skip("("):
            self.any_of(level=level + 1)
            self._expect(")")
            return
        if self._next.kind != "word":
            raise self._refuse("Write a keyword there, such as fault or responsetime.")
        self._keyword(level)

    def _keyword(self, level: int) -> None:
        word = self._next.text
        if word in self._special:
            self._take()
            self._special[word](level)
        elif word.startswith("annotation."):
            self._take()
            self._annotation_value()
        elif word in BOOLEANS:
            self._take()
            if self._skip(*_EQUALITY) and not self._skip("true", "false"):
                raise self._refuse("Write true or false there.")
        elif word in NUMBERS:
            self._take()
            self._comparison(_ORDER, "number", "a number")
        elif word in STRINGS or word.startswith("rootcause."):
            self._take()
            self._comparison(_TEXTUAL, "string", 'text in "')
        else:
            known = (*BOOLEANS, *NUMBERS, *STRINGS, *self._special, "AND", "OR")
            close = difflib.get_close_matches(word, known, n=1)
            raise self._refuse(f"Did you mean '{close[0]}'?" if close else "Write a known keyword.")

    def _comparison(self, operators: Sequence[str], kind: str, value: str) -> None:
        if not self._skip(*operators):
            raise self._refuse(f"Write one of {' '.join(operators)} there.")
        if self._next.kind != kind:
            raise self._refuse(f"Write {value} there.")
        self._take()

    def _service(self, level: int) -> None:
        self._expect("(", 'Write service("name").')
        if not self._skip(")"):
            self._node()
            self._expect(")")
        self._filter(level)

    def _edge(self, level: int) -> None:
        self._expect("(", 'Write edge("source", "destination").')
        if not self._skip(")"):
            self._node()
            self._expect(",")
            self._node()
            self._expect(")")
        self._filter(level)

    def _filter(self, level: int) -> None:
        if self._skip("{"):
            self.any_of(level=level + 1)
            self._expect("}")

    def _node(self) -> None:
        if self._skip("id"):
            self._expect("(")
            while True:
                if not self._skip(*_ID_PARTS):
                    raise self._refuse(f"Write one of {', '.join(_ID_PARTS)} there.")
                self._expect(":")
                self._string()
                if not self._skip(","):
                    break
            self._expect(")")
        else:
            self._string()

    def _string(self) -> None:
        if self._next.kind != "string":
            raise self._refuse('Write a name in " there.')
        self._take()

    def _annotation_in_brackets(self, _level: int) -> None:
        self._expect("[", "Write annotation[key] or annotation.key.")
        if self._next.kind not in ("word", "string", "number"):
            raise self._refuse("Write the annotation's key there.")
        self._take()
        self._expect("]")
        self._annotation_value()

    def _annotation_value(self) -> None:
        if self._skip(*_EQUALITY):
            if self._next.kind not in ("string", "number") and not self._skip("true", "false"):
                raise self._refuse('Write a number, true, false or text in " there.')
            if self._next.kind in ("string", "number"):
                self._take()
        elif self._next.text in _ORDER:
            self._comparison(_ORDER, "number", "a number")
        elif self._next.text in _TEXTUAL:
            self._comparison(_TEXTUAL, "string", 'text in "')
