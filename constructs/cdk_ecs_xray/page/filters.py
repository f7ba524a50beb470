"""A filter expression that cannot be read, and where in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdk_ecs_xray.sampling.filter_expression import check_filter_expression
from cdk_ecs_xray.sampling.filter_tokens import FilterExpressionError, tokens


@dataclass(frozen=True, kw_only=True)
class Unread:
    """What is wrong with an expression, in parts: before, at, and behind the place.

    :param column: the first character is 1; None where only X-Ray knows.
    :param instead: the expression with what was meant there; empty where nobody can know.
    """

    before: str
    at: str
    behind: str
    column: int | None
    text: str
    instead: str = ""


def unread(expression: str) -> Unread | None:
    """Return what X-Ray would not read; None for an expression that it takes."""
    if not expression:
        return None
    try:
        check_filter_expression(expression)
    except FilterExpressionError as error:
        place = error.column - 1
        named = error.got.strip("'") if error.got.startswith("'") else ""
        end = place + len(named) if expression.startswith(named, place) and named else None
        before, behind = expression[:place], "" if end is None else expression[end:]
        return Unread(
            before=before,
            at=expression[place:end],
            behind=behind,
            column=error.column,
            text=error.fix,
            instead=f"{before}{error.meant}{behind}" if error.meant and end is not None else "",
        )
    return None


def terms(expression: str) -> Sequence[str]:
    """Return the conditions that all have to match; a single one where OR joins them.

    :raises FilterExpressionError: for what is no expression.
    """
    found, begin, depth = [], 0, 0
    for token in tokens(expression):
        depth += (token.text in ("(", "{", "[")) - (token.text in (")", "}", "]"))
        if depth == 0 and token.kind == "word" and token.text.upper() == "OR":
            return [expression.strip()]
        is_join = depth == 0 and token.kind == "word" and token.text.upper() == "AND"
        if is_join or token.kind == "end":
            found.append(expression[begin : token.column - 1].strip())
            begin = token.column - 1 + len(token.text)
    return [term for term in found if term]
