"""What goes into printed text, in each form that is printed. Pure.

Names, paths, log lines and AWS's answers are anyone's. In every form they stay text: nothing that a
terminal obeys, a browser runs, GitHub links or a reader cannot see.
"""

from __future__ import annotations

import json
import re
from html import escape

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~@$&])")
_LINKED = re.compile(r"[@#]|(?:https?|ftp|mailto|xmpp):|www(?=\\?\.)|\bGH(?=-)", re.IGNORECASE)
_LIST_OR_RULE = re.compile(r"\A(\s*\d*)([-+=.)])")


def printable(text: str) -> str:
    """Return text without control characters.

    A terminal would obey them, and whoever writes requests, traces or templates may put any in.
    """
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def printable_lines(text: str) -> str:
    """Return text of several lines without control characters in any of them."""
    return "\n".join(map(printable, text.split("\n")))


def markup(text: str) -> str:
    """Return text for HTML, SVG and other XML: also an attribute in quotes."""
    return escape(printable(text))


def markdown(text: str) -> str:
    """Return text that GitHub shows as it is: no markup, and nothing that it would link."""
    escaped = _MARKDOWN.sub(r"\\\1", printable(text))
    escaped = _LIST_OR_RULE.sub(r"\1\\\2", escaped)
    # GitHub looks for mentions, issues and addresses in what is left after Markdown is read, where
    # a backslash is gone; a space of no width stays.
    return _LINKED.sub(lambda found: f"{found[0]}\u200b", escaped)


def markdown_code(text: str) -> str:
    """Return a code span, fenced by more backticks than any that the text has."""
    # Two fences with nothing between them are no code span, and would begin one.
    shown = printable(text) or " "
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{shown}{space}{fence}"


def json_text(document: object, *, ascii_only: bool = True) -> str:
    """Return a document as indented JSON, in which every character can be seen."""
    return visible_json(json.dumps(document, indent=2, ensure_ascii=ascii_only))


def visible_json(text: str) -> str:
    """Return JSON with an escape for every character in its texts that cannot be seen."""
    # A tab that is no escape is between texts: JSON has none in them.
    return "\n".join(
        line
        if line.isprintable()
        else "".join(c if c.isprintable() or c == "\t" else _escaped(c) for c in line)
        for line in text.split("\n")
    )


def counted(number: float, noun: str, plural: str = "s") -> str:
    """Return a number with its noun.

    :param plural: what the noun ends in unless there is one.
    """
    return f"{number:,.0f} {noun}{'' if number == 1 else plural}"


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
