"""Placeholders such as ``${ENVIRONMENT}``, kept through parsing and filled on request. Pure.

While a file is parsed each of their characters is one that no syntax knows, so that
``"cpu": ${CPU}`` is a word to the parser and every position in the text stays what it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from cdk_ecs_xray.errors import ConfigurationError, Problem

Value = str | int | bool
"""What a placeholder is filled with."""

# What ``values`` fill: a name in braces, as envsubst, Terraform and shells have it.
_FILLED = re.compile(r"(?<!\$)\$\{([!#$%&()*+,\-./0-9:;<=>?@A-Z\[\]^_`a-z|~]+)\}")
_NAME = r"[A-Za-z_][A-Za-z0-9_.\-]*"


@cache
def _habits(inner: str, quoted: str) -> re.Pattern[str]:
    """Return every habit of templating, each within one line; longer openings come first.

    :param inner: a character of an expression in double brackets.
    :param quoted: what ``${…}`` may hold besides plain characters.
    """
    return re.compile(
        "|".join(
            (
                rf"(?<!\$)\$\{{\{{{inner}*?\}}\}}",  # GitHub Actions
                rf"\{{\{{\{{{inner}*?\}}\}}\}}",  # Mustache and Handlebars, unescaped
                rf"\{{\{{(?!\{{){inner}*?\}}\}}",  # Jinja, Mustache, Handlebars, Go and Helm
                rf"<%{inner}*?%>",  # ERB and EJS
                rf"(?<!\$)\$\{{(?:[^{{}}\"'\\\n]{quoted})+\}}",  # shells, envsubst, Terraform
                r"#\{[^{}\"'\n]+\}#?",  # Azure DevOps' token tasks, Octopus, Ruby
                rf"(?<!\$)\$\({_NAME}\)",  # Azure DevOps, make
                r"(?<![\w$])\$[A-Za-z_]\w*",  # shells
                rf"%\({_NAME}\)[sd]",  # Python
                rf"%\{{{_NAME}\}}",
                rf"(?<!\w)%{_NAME}%(?!\w)",  # Windows
                rf"<<?{_NAME}>>?",  # CodeDeploy, and people
                rf"(?<![\w@])@{_NAME}@(?![\w@])",  # Maven, CMake, autoconf
                r"(?<!\w)__[A-Za-z0-9](?:\w*?[A-Za-z0-9])?__(?!\w)",  # Azure DevOps, and people
            )
        ),
        re.ASCII,
    )


# With quotes inside, a placeholder could reach from one text of a file into another.
_PLAIN = (r"[^\n\"']", "")
_ANY = (r"[^\n]", r"""|\\[^\n]|"[^"\n]*"|'[^'\n]*'""")
# A text that is nothing else; inside of one, or without quotes, braces mean something.
_WHOLE = re.compile(rf"\{{{_NAME}\}}", re.ASCII)
# Blocks of a template language. Their lines are no data, so no file with one can be read.
_BLOCK = re.compile(
    r"\{%|%\{\s*-?~?\s*(?:if|else|endif|for|endfor)\b|<%[^=]"
    r"|\{\{[-~]?\s*(?:[#/^]|(?:if|else|end|range|with|define|block|template|include)\b)"
)
# Unicode's private use area: no task definition has a meaning for these characters. The first
# character of a placeholder has a range of its own, so that two neighbors stay two.
_FIRST, _REST = 0xE300, 0xE100
_PROTECTED = re.compile(r"[\ue300-\ue3ff][\ue100-\ue1ff]*")
_TAKEN = re.compile(r"[\ue000-\ue3ff]")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_BEFORE_VALUE = (":", "-", "[", "{", ",", '"', "'")


class Unquoted(str):
    """A placeholder where JSON wants a number, a list, true or false, verbatim: ``${CPU}``."""

    __slots__ = ()


def protect(text: str, *, where: str, with_quotes: bool = False) -> str:
    """Return a text of the same length in which placeholders are words.

    :param with_quotes: also those that have quotes inside, as ``{{ cpu | default("256") }}`` does.
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
    habits = _habits(*(_ANY if with_quotes else _PLAIN))
    return habits.sub(lambda found: found[0] if _is_comment(found) else _protected(found[0]), text)


def restore(text: str) -> str:
    """Return a text with its placeholders as their author wrote them."""
    return _PROTECTED.sub(_restored, text)


def digits_for_unquoted(text: str) -> str:
    """Return protected JSON with a number for each placeholder outside its strings."""
    return re.sub(
        rf'("(?:[^"\\]|\\.)*")|(?:{_PROTECTED.pattern})+',
        lambda found: found[0] if found[1] is not None else _number_of(len(found[0])),
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
    return isinstance(value, str) and (
        "${" in value
        or _habits(*_ANY).search(value) is not None
        or _WHOLE.fullmatch(value) is not None
    )


def block_in(text: str) -> str | None:
    """Return the line of a text that controls a template, such as a loop; None where none does."""
    found = _BLOCK.search(text)
    if found is None:
        return None
    start = text.rfind("\n", 0, found.start()) + 1
    return text[start:].partition("\n")[0].strip()


def placeholders_in(text: str) -> Sequence[str]:
    """Return all placeholders as they are written, each once."""
    return list(dict.fromkeys(found[0] for found in _habits(*_ANY).finditer(text)))


def names_in(text: str) -> frozenset[str]:
    """Return the names of all placeholders that can be filled."""
    return frozenset(_FILLED.findall(text))


def fill(value: str, values: Mapping[str, Value]) -> Value:
    """Return a text with its placeholders filled; one without quotes becomes what it reads as."""
    filled = _FILLED.sub(lambda found: _text(values[found[1]]), value)
    if not isinstance(value, Unquoted):
        return filled
    if _INTEGER.fullmatch(filled) is not None:
        return int(filled)
    if filled == value:
        return value
    return {"true": True, "false": False}.get(filled, filled)


def _is_comment(found: re.Match[str]) -> bool:
    """Whether ``#{…}`` begins a comment of YAML: a line of its own, or behind a value."""
    if not found[0].startswith("#"):
        return False
    line = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]
    if line and not line[-1].isspace():
        return False
    return not line.rstrip().endswith(_BEFORE_VALUE)


def _number_of(length: int) -> str:
    """Return a number of a length, and a small one, whatever is beside it."""
    return "10"[:length] if length < len("1.0") else "1." + "0" * (length - 2)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _protected(placeholder: str) -> str:
    if not placeholder.isascii():
        return placeholder
    first, rest = placeholder[0], placeholder[1:]
    return chr(_FIRST + ord(first)) + "".join(chr(_REST + ord(character)) for character in rest)


def _restored(found: re.Match[str]) -> str:
    first, rest = found[0][0], found[0][1:]
    return chr(ord(first) - _FIRST) + "".join(chr(ord(character) - _REST) for character in rest)
