"""Filter expressions: the part of X-Ray's grammar that the AWS emulator understands.

Understood: ``ok error throttle fault partial``, ``service("name")`` and
``service("name") { condition }``, comparisons of ``duration
responsetime http.status`` (numbers), ``http.url http.method http.useragent http.clientip user``
(strings) and ``annotation.key`` / ``annotation[key]``, joined by AND, OR, ``!`` and parentheses.
Everything else is refused, because a filter that is silently ignored finds the wrong traces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from cdk_ecs_xray.local.xray.filter_fields import (
    KEYWORDS,
    NUMBERS,
    ORDER,
    STRINGS,
    TEXTUAL,
    Predicate,
)
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError
from cdk_ecs_xray.local.xray.trace import Trace
from cdk_ecs_xray.local.xray.trace_summary import annotations_of

Scalar = str | float | bool

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      | (?P<word>annotation\[\s*[\w.]+\s*\]|[A-Za-z_][\w.]*)
      | (?P<symbol><=|>=|!=|[=<>!(){},])
    )""",
    re.VERBOSE,
)


def compile_filter(expression: str) -> Predicate:
    """The expression as a predicate on traces.

    :raises InvalidRequestError: it is malformed, or outside the part described above.
    """
    if not expression.strip():
        return lambda _: True
    return _Parser(expression).parse()


class _Parser:
    """Recursive descent; AND binds tighter than OR."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = list(self._read())
        self._position = 0
        self._readers: Sequence[tuple[Callable[[str], bool], Callable[[str], Predicate]]] = (
            ("service".__eq__, self._service),
            (KEYWORDS.__contains__, self._keyword),
            (NUMBERS.__contains__, self._number),
            (STRINGS.__contains__, self._string),
            (_is_annotation, self._annotation),
        )

    def parse(self) -> Predicate:
        predicate = self._any_of()
        if self._kind() is not None:
            raise self._refusal(f"unexpected {self._text()}")
        return predicate

    def _read(self) -> list[tuple[str, str]]:
        tokens, position = [], 0
        rest = self._expression.rstrip()
        while position < len(rest):
            match = _TOKEN.match(rest, position)
            if match is None or match.lastgroup is None:
                raise self._refusal(f"cannot read {rest[position:].strip()}")
            tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        return tokens

    def _any_of(self) -> Predicate:
        choices = [self._all_of()]
        while self._takes_word("OR"):
            choices.append(self._all_of())
        return lambda trace: any(choice(trace) for choice in choices)

    def _all_of(self) -> Predicate:
        conditions = [self._condition()]
        while self._takes_word("AND"):
            conditions.append(self._condition())
        return lambda trace: all(condition(trace) for condition in conditions)

    def _condition(self) -> Predicate:
        if self._takes("!"):
            negated = self._condition()
            return lambda trace: not negated(trace)
        if self._takes("("):
            inner = self._any_of()
            self._expect(")")
            return inner
        word = self._next("word", "a keyword")
        for belongs, read in self._readers:
            if belongs(word):
                return read(word)
        raise self._refusal(f"{word} is not supported by the AWS emulator")

    def _service(self, _: str) -> Predicate:
        self._expect("(")
        name = _unquoted(self._next("string", "a service name"))
        self._expect(")")
        if not self._takes("{"):
            return lambda trace: any(service.name == name for service in trace.services)
        condition = self._any_of()
        self._expect("}")
        return lambda trace: any(condition(part) for part in trace.parts_of(name))

    def _keyword(self, word: str) -> Predicate:
        return self._equality(KEYWORDS[word])

    def _equality(self, predicate: Predicate) -> Predicate:
        """A keyword alone, or compared with true or false."""
        if not self._takes("="):
            return predicate
        wanted = self._boolean()
        return lambda trace: predicate(trace) is wanted

    def _boolean(self) -> bool:
        word = self._next("word", "true or false").lower()
        if word not in ("true", "false"):
            raise self._refusal(f"expected true or false, got {word}")
        return word == "true"

    def _number(self, word: str) -> Predicate:
        compare = self._operator(ORDER)
        limit = float(self._next("number", "a number"))
        read = NUMBERS[word]

        def matches(trace: Trace) -> bool:
            value = read(trace)
            return value is not None and compare(value, limit)

        return matches

    def _string(self, word: str) -> Predicate:
        compare = self._operator(TEXTUAL)
        wanted = _unquoted(self._next("string", "a string"))
        return lambda trace: any(compare(value, wanted) for value in STRINGS[word](trace))

    def _annotation(self, word: str) -> Predicate:
        key = word.removeprefix("annotation").strip(".[] ")
        symbol = self._text()
        if self._kind_after() == "string":
            compare: Callable[..., bool] = self._operator(TEXTUAL)
            wanted: Scalar = _unquoted(self._next("string", "a string"))
        elif self._kind_after() == "number":
            compare = self._operator(ORDER)
            wanted = float(self._next("number", "a number"))
        elif symbol in ("=", "!="):
            compare = self._operator(ORDER)
            wanted = self._boolean()
        else:
            raise self._refusal(f"annotation.{key} must be compared with a value")
        return lambda trace: any(
            name == key and _same_type(value, wanted) and compare(value, wanted)
            for name, value, _ in annotations_of(trace)
        )

    def _operator(self, known: Mapping[str, Callable[..., bool]]) -> Callable[..., bool]:
        symbol = self._text().upper()
        if symbol not in known:
            raise self._refusal(f"expected one of {' '.join(known)}, got {symbol or 'the end'}")
        self._position += 1
        return known[symbol]

    def _kind(self) -> str | None:
        return self._tokens[self._position][0] if self._position < len(self._tokens) else None

    def _kind_after(self) -> str | None:
        following = self._position + 1
        return self._tokens[following][0] if following < len(self._tokens) else None

    def _text(self) -> str:
        return self._tokens[self._position][1] if self._position < len(self._tokens) else ""

    def _next(self, kind: str, what: str) -> str:
        if self._kind() != kind:
            raise self._refusal(f"expected {what}, got {self._text() or 'the end'}")
        self._position += 1
        return self._tokens[self._position - 1][1]

    def _takes(self, symbol: str) -> bool:
        taken = self._kind() == "symbol" and self._text() == symbol
        self._position += taken
        return taken

    def _takes_word(self, word: str) -> bool:
        taken = self._kind() == "word" and self._text().upper() == word
        self._position += taken
        return taken

    def _expect(self, symbol: str) -> None:
        if not self._takes(symbol):
            raise self._refusal(f"expected {symbol}, got {self._text() or 'the end'}")

    def _refusal(self, problem: str) -> InvalidRequestError:
        return InvalidRequestError(f"Invalid filter expression '{self._expression}': {problem}")


def _is_annotation(word: str) -> bool:
    return word.startswith(("annotation.", "annotation["))


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _same_type(value: Scalar, wanted: Scalar) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return isinstance(value, bool) and isinstance(wanted, bool)
    return isinstance(value, str) is isinstance(wanted, str)
