"""How a log is read, as SQL expressions for DuckDB."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

# Begins a key for a request which never reached the service, with the reason behind.
LEFT_OUT = "\x1e"
# Of the text of a request: all up to its query.
CUT_REQUEST = "split_part(request, '?', 1)"
# Of a path, in patterns: all up to its query.
CUT_PATH = "/[^ ?]*"
CUT_URL_PATH = "[^?#]*"
_WHOLE = {CUT_REQUEST: "request", CUT_PATH: "/[^ ]*", CUT_URL_PATH: "[^#]*"}
# Is the key of a line that changes what the columns mean from there on.
OTHER_HEADER = "\x1d"


@dataclass(frozen=True, kw_only=True)
class Key:
    """What a text shows for a route, as SQL expressions.

    :param name: keys of one name are read alike.
    :param parsed: of ``key``: what the others read as ``parsed``.
    :param host: of the request, NULL where there is none.
    :param method: NULL where the line is not of the format.
    """

    name: str
    parsed: str
    host: str
    method: str
    path: str


@dataclass(frozen=True, kw_only=True)
class LogFormat:
    """How to read one file, as SQL expressions.

    :param name: as ``--log-format`` has it.
    :param delimiter: between the columns; a line may have more of them, which are not looked at.
        None reads a Parquet file, whose columns have names of their own.
    :param columns: their names.
    :param entry: of the columns: whether they are of a request at all.
    :param found: of the columns: what ``time`` and ``text`` read as ``found``.
    :param time: the second since 1970, NULL where the line has none.
    :param text: that distinguishes routes and is cheap to find; NULL where there is none.
    :param left_out: why a request never reached the service, NULL for those that did.
    :param key: how to read it.
    :param wrapped: of ``line``, a whole line: the line that it wraps; None where nothing does.
    """

    name: str
    delimiter: str | None
    columns: Sequence[str]
    entry: str = "true"
    found: str = "NULL"
    time: str
    text: str
    left_out: str = "NULL"
    key: Key
    wrapped: str | None = None

    @property
    def marked(self) -> str:
        """The text, or why the request is left out."""
        if self.left_out == "NULL":
            return self.text
        reason = self.left_out
        return f"CASE WHEN ({reason}) IS NOT NULL THEN chr(30) || ({reason}) ELSE {self.text} END"

    def with_queries(self) -> Self:
        """Return the format with the query behind the path, where the log has it there."""
        key = replace(self.key, name=f"{self.key.name}_query", parsed=_uncut(self.key.parsed))
        return replace(self, text=_uncut(self.text), key=key)

    def inside(self, wrapped: str) -> Self:
        """Return the format for lines that stand in lines of another one.

        :param wrapped: an expression of ``line``.
        """
        return replace(self, wrapped=wrapped)


def _uncut(expression: str) -> str:
    for cut, whole in _WHOLE.items():
        expression = expression.replace(cut, whole)
    return expression


def quoted(text: str) -> str:
    """Return a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def extracted(column: str, pattern: re.Pattern[str]) -> str:
    """Return an expression for the named groups of a pattern."""
    groups = sorted(pattern.groupindex, key=pattern.groupindex.__getitem__)
    # DuckDB's RE2 takes the same expression with unnamed groups.
    expression = quoted(re.sub(r"\(\?P<\w+>", "(", pattern.pattern))
    names = ", ".join(quoted(group) for group in groups)
    return f"regexp_extract({column}, {expression}, [{names}])"


def joined(host: str, method: str, path: str) -> str:
    """Make one text of host, method and path; NULL where a line has no method or path.

    Also for a host or method with the signs that part them: it would pass for another request.
    """
    signs = "'[' || chr(30) || chr(31) || ']'"
    parted = f"regexp_matches(concat({host}, {method}), {signs})"
    return (
        f"CASE WHEN {method} <> '' AND {path} <> '' AND NOT {parted} THEN"
        f" concat_ws(chr(31), coalesce({host}, ''), {method}, {path}) END"
    )


def without_port(host: str) -> str:
    """Leave out a scheme's own port, which load balancers write and ``Host`` headers don't have."""
    endings = ((":443", 4), (":80", 3))
    cases = (f"WHEN ends_with({host}, '{end}') THEN {host}[:-{n + 1}]" for end, n in endings)
    return f"CASE {' '.join(cases)} ELSE {host} END"


JOINED = Key(
    name="joined",
    parsed="string_split(key, chr(31))",
    host=without_port("nullif(parsed[1], '')"),
    method="nullif(parsed[2], '')",
    path="parsed[3]",
)
"""The key that :func:`joined` makes."""
