"""Text from elsewhere, made fit to print. Pure."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return text without control characters, which senders of requests and traces may put in."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
