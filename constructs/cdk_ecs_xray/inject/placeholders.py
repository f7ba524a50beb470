"""Placeholders such as ``${ENVIRONMENT}``, kept through parsing and filled on request. Pure.

While a file is parsed each of their characters is one that no syntax knows, so that
``"cpu": ${CPU}`` is a word to the parser and every position in the text stays what it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cdk_ecs_xray.errors import ConfigurationError, Problem

Value = str | int | bool
"""What a placeholder is filled with."""

_PLACEHOLDER = re.compile(r"(?<!\$)\$\{([!#$%&()*+,\-./0-9:;<=>?@A-Z\[\]^_`a-z|~]+)\}")
# Unicode's private use area: no task definition has a meaning for these characters.
_OPEN = "\ue000\ue001"
_CLOSE = "\ue002"
_SHIFT = 0xE100
_PROTECTED = re.compile(r"\ue000\ue001([\ue100-\ue1ff]+)\ue002")
_TAKEN = re.compile(r"[\ue000-\ue1ff]")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")


class Unquoted(str):
    """A placeholder where JSON wants a number or true or false, verbatim: ``${CPU}``."""

    __slots__ = ()


def protect(text: str, *, where: str) -> str:
    """Return a text of the same length in which placeholders are words.

    :raises ConfigurationError: for characters that could be mistaken for a protected one.
    """
    taken = _TAKEN.search(text)
    if taken is not None:
        raise ConfigurationError(
            Problem(
                where=where,
                what="the file must be without characters of Unicode's private use area",
                got=f"U+{ord(taken[0]):04X} at position {taken.start()}",
                fix="Remove it.",
            )
        )
    return _PLACEHOLDER.sub(lambda found: _protected(found[1]), text)


def restore(text: str) -> str:
    """Return a text with its placeholders as their author wrote them."""
    return _PROTECTED.sub(lambda found: f"${{{_name(found)}}}", text)


def digits_for_unquoted(text: str) -> str:
    """Return protected JSON with a number for each placeholder outside its strings."""
    return re.sub(
        rf'("(?:[^"\\]|\\.)*")|(?:{_PROTECTED.pattern})+',
        # A number of the same length, and small, whatever stands beside it.
        lambda found: found[0] if found[1] is not None else "1." + "0" * (len(found[0]) - 2),
        text,
    )


def is_one(protected: str) -> bool:
    """Whether a protected text is one placeholder and nothing else."""
    return _PROTECTED.fullmatch(protected) is not None


def holds_any(protected: str) -> bool:
    """Whether a protected text has a placeholder in it."""
    return _PROTECTED.search(protected) is not None


def is_open(value: object) -> bool:
    """Whether a value is known only later: it has a placeholder or a CDK token in it."""
    return isinstance(value, str) and "${" in value


def names_in(text: str) -> frozenset[str]:
    """Return the names of all placeholders."""
    return frozenset(_PLACEHOLDER.findall(text))


def fill(value: str, values: Mapping[str, Value]) -> Value:
    """Return a text with its placeholders filled; one without quotes becomes what it reads as."""
    filled = _PLACEHOLDER.sub(lambda found: _text(values[found[1]]), value)
    if not isinstance(value, Unquoted):
        return filled
    if _INTEGER.fullmatch(filled) is not None:
        return int(filled)
    return {"true": True, "false": False}.get(filled, filled)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _protected(name: str) -> str:
    return _OPEN + "".join(chr(_SHIFT + ord(character)) for character in name) + _CLOSE


def _name(found: re.Match[str]) -> str:
    return "".join(chr(ord(character) - _SHIFT) for character in found[1])
