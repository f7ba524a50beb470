"""What may be written next in a filter expression: the checker's own parser says what fits. Pure.

Keywords come with what they mean, values with how many traces have them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.local.xray import filter_fields
from cdk_ecs_xray.page.model import TraceRow
from cdk_ecs_xray.page.query import quoted
from cdk_ecs_xray.printable import counted, printable
from cdk_ecs_xray.sampling.filter_expression import BOOLEANS, NUMBERS, STRINGS, expected_after
from cdk_ecs_xray.sampling.filter_tokens import FilterExpressionError, Token, tokens

_MOST = 12
_KEY = re.compile(r"[\w.]+")
_MEANINGS = {
    "ok": "answered 2xx",
    "error": "answered 4xx",
    "throttle": "answered 429",
    "fault": "answered 5xx",
    "partial": "not all of it has come in",
    "responsetime": "number, seconds of the first service",
    "duration": "number, seconds of all of it",
    "http.status": "number",
    "user": "text, who asked",
}
_KIND = {**dict.fromkeys(NUMBERS, "number"), **dict.fromkeys(STRINGS, "text")}
_NOT_LOCAL = "not in the AWS emulator"
_VALUES: Mapping[str, Callable[[TraceRow], Iterable[Any]]] = {
    "http.status": lambda row: [] if row.status is None else [row.status],
    "http.method": lambda row: [row.method] if row.method else [],
    "http.url": lambda row: [row.path.split("?")[0]] if row.path else [],
    "service": lambda row: row.services,
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing that fits.

    :param text: what is written.
    :param note: what it means, or how many traces have it.
    """

    text: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What may stand between two places of the expression, from the first character, 0, on."""

    begin: int
    end: int
    choices: Sequence[Choice]

    def as_document(self) -> Mapping[str, Any]:
        """Return the parts as JSON holds them."""
        choices = [{"text": one.text, "note": one.note} for one in self.choices]
        return {"begin": self.begin, "end": self.end, "choices": choices}


def completion(
    expression: str, at: int, rows: Callable[[], Sequence[TraceRow]], *, is_real: bool
) -> Completion:
    """Return what fits at a place.

    :param rows: whose values are offered; called when values fit there.
    :param is_real: whether X-Ray itself reads the expression, which knows more keywords.
    """
    place = max(0, min(at, len(expression)))
    begin, before = _begun(expression[:place])
    try:
        fits = expected_after(expression[:begin])
    except FilterExpressionError:
        return Completion(begin=place, end=place, choices=())
    written = expression[begin:place].lstrip('"').casefold()
    found = [
        choice
        for choice in _choices(fits, before, rows, is_real=is_real)
        if written in choice.text.casefold() and choice.text != expression[begin:place]
    ]
    # What begins as written comes first.
    found.sort(key=lambda choice: not choice.text.strip('"').casefold().startswith(written))
    return Completion(begin=begin, end=place, choices=found[:_MOST])


def _begun(written: str) -> tuple[int, Sequence[Token]]:
    """Return where the word begins that is being written, and the tokens before it."""
    try:
        found = list(tokens(written))
    except FilterExpressionError as error:
        begin = error.column - 1
        # A text whose quote is still to come.
        if not written.startswith('"', begin):
            return len(written), ()
        return begin, list(tokens(written[:begin]))[:-1]
    *before, _end = found
    if before and before[-1].kind in ("word", "number") and written.endswith(before[-1].text):
        return before[-1].column - 1, before[:-1]
    return len(written), before


def _choices(
    fits: frozenset[str],
    before: Sequence[Token],
    rows: Callable[[], Sequence[TraceRow]],
    *,
    is_real: bool,
) -> Sequence[Choice]:
    found: list[Choice] = []
    key = _compared(before)
    if fits & {"NUMBER", "STRING", "TRUE_OR_FALSE"} and _wants_value(before):
        found += _values(key, rows())
        if "TRUE_OR_FALSE" in fits and not found:
            found += [Choice(text="true", note=""), Choice(text="false", note="")]
        return found
    signs = {"EQUALS": ("=",), "DIFFERS": ("!=",), "ORDER": (">", ">=", "<", "<=")}
    signs["TEXTUAL"] = ("CONTAINS", "BEGINSWITH", "ENDSWITH")
    if before and before[-1].text not in (")", "}"):
        found += [
            Choice(text=sign, note="compares")
            for kind, texts in signs.items()
            if kind in fits
            for sign in texts
        ]
    found += [Choice(text=word, note="joins") for word in ("AND", "OR") if word in fits]
    found += [Choice(text=sign, note="") for sign, kind in _CLOSING if kind in fits and before]
    if "TRUTH" in fits and (not before or before[-1].text in ("AND", "OR", "(", "{", "!")):
        found += _keywords(rows, is_real=is_real)
    return found


def _wants_value(before: Sequence[Token]) -> bool:
    last, *earlier = [token.text for token in reversed(before)] or [""]
    return last in _COMPARES or (last == "(" and earlier[:1] == ["service"])


_COMPARES = {*filter_fields.ORDER, *filter_fields.TEXTUAL}
_CLOSING = ((")", "RPAR"), ("}", "RBRACE"))


def _keywords(rows: Callable[[], Sequence[TraceRow]], *, is_real: bool) -> Sequence[Choice]:
    known = {*filter_fields.KEYWORDS, *filter_fields.NUMBERS, *filter_fields.STRINGS}
    found = [
        Choice(
            text=word,
            note=_MEANINGS.get(word, _KIND.get(word, ""))
            if is_real or word in known
            else _NOT_LOCAL,
        )
        for word in (*BOOLEANS[:5], *NUMBERS[:3], *STRINGS[:5], *BOOLEANS[5:], *STRINGS[5:])
    ]
    keys = Counter(key for row in rows() for key in row.annotations if _KEY.fullmatch(key))
    found += [
        Choice(text=f"annotation.{key}", note=counted(count, "trace"))
        for key, count in keys.most_common(_MOST)
    ]
    return [*found, Choice(text="service(", note="passed through a service")]


def _compared(before: Sequence[Token]) -> str:
    """Return the keyword whose value comes next."""
    words = [token.text for token in before if token.kind == "word"]
    return next((word for word in reversed(words) if word not in _COMPARES), "")


def _values(key: str, rows: Sequence[TraceRow]) -> Sequence[Choice]:
    name = key.removeprefix("annotation.")
    if key.startswith("annotation."):
        counts = Counter(json.dumps(one) for row in rows for one in row.annotations.get(name, ()))
    else:
        of = _VALUES.get(key)
        values = [] if of is None else [one for row in rows for one in of(row)]
        counts = Counter(map(_written, values))
    return [
        Choice(text=text, note=counted(count, "trace"))
        for text, count in counts.most_common(50)
        # What cannot be seen as it is could not be chosen either.
        if printable(text) == text
    ]


def _written(value: object) -> str:
    return quoted(value) if isinstance(value, str) else str(value)
