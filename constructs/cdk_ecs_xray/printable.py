"""What goes into printed text. Pure."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return text without control characters.

    A terminal would obey them, and whoever writes requests, traces or templates may put any in.
    """
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def counted(number: float, noun: str, plural: str = "s") -> str:
    """Return a number with its noun.

    :param plural: what the noun ends in unless there is one.
    """
    return f"{number:,.0f} {noun}{'' if number == 1 else plural}"
