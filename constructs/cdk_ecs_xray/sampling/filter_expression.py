"""X-Ray's filter expressions: is one written as X-Ray reads it, and where not.

The grammar is in ``filter_expression.lark``, from "Use filter expressions" in the X-Ray developer
guide. Values are quoted with ``"``; AND and OR may be written in either case, and two conditions
side by side mean AND.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.sampling.filter_tokens import FilterExpressionError, Token, tokens

if TYPE_CHECKING:
    from lark import Lark

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
_WORDS = {
    **dict.fromkeys(BOOLEANS, "TRUTH"),
    **dict.fromkeys(NUMBERS, "NUMBER_KEY"),
    # As the guide spells it in places.
    "responseTime": "NUMBER_KEY",
    **dict.fromkeys(STRINGS, "TEXT_KEY"),
    "name": "NAME",
    "type": "TYPE",
    "account.id": "ACCOUNT",
    "id": "ID",
    "service": "SERVICE",
    "edge": "EDGE",
    "annotation": "ANNOTATION",
    **dict.fromkeys(("true", "false"), "TRUE_OR_FALSE"),
    **dict.fromkeys(("CONTAINS", "BEGINSWITH", "ENDSWITH"), "TEXTUAL"),
    "AND": "AND",
    "and": "AND",
    "OR": "OR",
    "or": "OR",
    "rootcause.json": "ROOT_CAUSE_JSON",
}
_SIGNS = {
    "(": "LPAR",
    ")": "RPAR",
    "{": "LBRACE",
    "}": "RBRACE",
    "[": "LSQB",
    "]": "RSQB",
    ",": "COMMA",
    ":": "COLON",
    "!": "NOT",
    "=": "EQUALS",
    "!=": "DIFFERS",
    **dict.fromkeys(("<", "<=", ">", ">="), "ORDER"),
}
_KINDS = {"string": "STRING", "number": "NUMBER", "json": "JSON"}
_ROOT_CAUSES = ("fault", "error", "throttle", "responsetime")
_ROOT_CAUSE_PARTS = ("service", "entity", "exception")
# By the terminals that are expected: what to write. The first that fits is the fix.
_EXPECTED: Sequence[tuple[set[str], str]] = (
    ({"NUMBER", "STRING", "WORD"}, "Write the annotation's key there."),
    ({"NUMBER", "STRING", "TRUE_OR_FALSE"}, 'Write a number, true, false or text in " there.'),
    ({"STRING", "ID"}, 'Write a name in " there.'),
    ({"STRING"}, 'Write text in " there.'),
    ({"TRUE_OR_FALSE"}, "Write true or false there."),
    ({"NUMBER"}, "Write a number there."),
    ({"ACCOUNT"}, "Write one of name, type, account.id there."),
    ({"JSON"}, "Write # and JSON there."),
    ({"RSQB"}, "Write ']' there."),
    ({"COLON"}, "Write ':' there."),
    ({"COMMA"}, "Write ',' there."),
    ({"LPAR"}, "Write '(' there."),
    ({"RBRACE"}, "Write '}' there."),
    ({"RPAR"}, "Write ')' there."),
)


def check_filter_expression(expression: str) -> None:
    """Parse an expression for its errors.

    :raises FilterExpressionError: with the column of the first.
    """
    from lark.exceptions import UnexpectedToken

    found = list(tokens(expression))
    try:
        _parser().parse(found)
    except UnexpectedToken as refused:
        place = refused.token.value
        token = place if isinstance(place, Token) else found[-1]
        raise _refused(token, set(refused.accepts or refused.expected)) from None


def expected_after(expression: str) -> frozenset[str]:
    """Return the names of the grammar's terminals that may follow what is written so far.

    :raises FilterExpressionError: for what cannot be the beginning of an expression.
    """
    from lark import Token as LarkToken
    from lark.exceptions import UnexpectedToken

    parser = _parser().parse_interactive()
    for token in list(tokens(expression))[:-1]:
        try:
            parser.feed_token(LarkToken(_terminal(token), token))
        except UnexpectedToken as refused:
            raise _refused(token, set(refused.accepts or refused.expected)) from None
    accepts: Callable[[], set[str]] = parser.accepts
    return frozenset(accepts())


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark
    from lark import Token as LarkToken
    from lark.lexer import Lexer

    class Classified(Lexer):
        """Hands the tokens over under the names that the grammar has for them."""

        def __init__(self, _configuration: Any) -> None:
            """Take what lark passes."""

        def lex(self, data: Sequence[Token]) -> Iterator[LarkToken]:  # type: ignore[override]
            """Yield each token but the end, with itself as the value."""
            for token in data[:-1]:
                yield LarkToken.new_borrow_pos(_terminal(token), token, LarkToken("", ""))

    return Lark.open("filter_expression.lark", rel_to=__file__, parser="lalr", lexer=Classified)


def _terminal(token: Token) -> str:
    if token.kind in _KINDS:
        return _KINDS[token.kind]
    if token.kind == "symbol":
        return _SIGNS[token.text]
    if token.text.startswith("annotation."):
        return "ANNOTATED"
    first, *rest = token.text.split(".")
    if first == "rootcause" and len(rest) > 1 and rest[0] in _ROOT_CAUSES:
        if rest[1] in _ROOT_CAUSE_PARTS:
            return "ROOT_CAUSE" if len(rest) == 2 else "ROOT_CAUSE_NAME"  # noqa: PLR2004 - kind and part
        return "WORD"
    return _WORDS.get(token.text, "WORD")


def _refused(token: Token, expected: set[str]) -> FilterExpressionError:
    meant = _meant(token) if _begins_condition(expected) else ""
    fix = f"Did you mean '{meant}'?" if meant else _fix(token, expected)
    return FilterExpressionError(token.column, token.shown, fix, meant=meant)


def _begins_condition(expected: set[str]) -> bool:
    """Whether a condition may begin there, perhaps among other things."""
    return "TRUTH" in expected and "WORD" not in expected


def _fix(token: Token, expected: set[str]) -> str:
    if _begins_condition(expected):
        if _is_unknown(token):
            return "Write a known keyword."
        if not expected & {"RPAR", "RBRACE", "$END"}:
            return "Write a keyword there, such as fault or responsetime."
        if token.kind != "end":
            return "Remove it, or join it with AND or OR."
    fitting = (fix for names, fix in _EXPECTED if names <= expected)
    return next(fitting, "Remove it.")


def _is_unknown(token: Token) -> bool:
    return token.kind == "word" and _terminal(token) == "WORD"


def _meant(token: Token) -> str:
    """Return the keyword that is closest to an unknown one; empty without any."""
    if not _is_unknown(token):
        return ""
    known = [*_WORDS, *(f"rootcause.{c}.{p}" for c in _ROOT_CAUSES for p in _ROOT_CAUSE_PARTS)]
    close = difflib.get_close_matches(token.text, known, n=1)
    return close[0] if close else ""
