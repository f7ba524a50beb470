"""Reads what a command printed with a parser of its form, and holds it to that form.

The structure of each form is compared with that of the same output for harmless names: whatever a
name is, it adds no element, no link, no line and no key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt
from markdown_it.token import Token

# What GitHub looks for in text that is no code: its documentation, "Basic writing and formatting
# syntax" and "Autolinked references", and its specification of Markdown, section 6.9.
_GITHUB = re.compile(
    r"(?<![\w`])@[a-z0-9]|(?<![\w/])#\d|\bGH-\d|\w#\d|(?:https?|ftp)://|\bwww\.|[\w.+-]@[\w-]+\.",
    re.IGNORECASE,
)
_OWN_HTML = re.compile(
    r"(?:\s|<br/>|</?details>|<details><summary>[A-Za-z0-9 ,]+</summary>|</summary>)*"
)


def terminal(text: str) -> list[str]:
    """Return lines in which a terminal has nothing to obey and a reader sees everything."""
    lines = text.split("\n")
    hidden = [line for line in lines if not line.isprintable()]
    assert hidden == []
    return lines


def one_line(text: str) -> str:
    """Return a text with one space between its words, as browsers and Markdown show it."""
    return " ".join(text.split())


def indents(text: str) -> list[int]:
    """Return how far in each line begins: a name that begins another line would show here."""
    return [len(line) - len(line.lstrip()) for line in terminal(text)]


def markdown(text: str) -> list[str]:
    """Return the elements of a text in GitHub's Markdown, after a look for what it would link."""
    assert all(line.replace("\u200b", "").isprintable() for line in text.split("\n"))
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    shape: list[str] = []
    for token in _tokens(parser.parse(text)):
        if token.type in ("html_block", "html_inline"):
            assert _OWN_HTML.fullmatch(token.content), token.content
        elif token.type == "text":
            assert _GITHUB.search(token.content) is None, token.content
        elif token.type == "link_open":
            assert "evil" not in str(token.attrs)
        assert token.type != "image"
        if token.type != "text":
            shape.append(f"{token.type} {token.tag} {token.attrs.get('href', '')}")
    return shape


def shown_by_markdown(text: str) -> str:
    """Return what a reader of Markdown sees."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return "\n".join(
        token.content for token in _tokens(parser.parse(text)) if "html" not in token.type
    ).replace("\u200b", "")


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "inline":
            yield from _tokens(token.children or [])
        else:
            yield token


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.shape: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        links = [str(value) for name, value in attrs if name in ("src", "href")]
        self.shape.append(" ".join([tag, *(name for name, _ in attrs), *links]))

    def handle_endtag(self, tag: str) -> None:
        self.shape.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.shape.append(f"comment {data}")

    def handle_data(self, data: str) -> None:
        self.text += data


def html(text: str) -> list[str]:
    """Return the elements of a page with the names of their attributes and their links."""
    terminal(text)
    page = _Page()
    page.feed(text)
    page.close()
    return page.shape


def shown_by_html(text: str) -> str:
    """Return what a reader of a page sees."""
    page = _Page()
    page.feed(text)
    page.close()
    return page.text


def xml(text: str) -> list[str]:
    """Return the elements of an SVG, which is well-formed, with the names of their attributes."""
    terminal(text)
    return [
        " ".join([element.tag, *element.attrib])
        for element in ET.fromstring(text).iter()  # noqa: S314 - our own text
    ]


def shown_by_xml(text: str) -> str:
    """Return what a reader of an SVG sees."""
    return "".join(ET.fromstring(text).itertext())  # noqa: S314 - our own text


def as_json(text: str) -> Any:
    """Return a document of which every character can be seen where it is printed."""
    terminal(text)
    return json.loads(text)


def json_shape(value: Any) -> Any:
    """Return a document with the kinds of its values instead of them."""
    if isinstance(value, dict):
        return {key: json_shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [json_shape(inner) for inner in value]
    return type(value).__name__


def texts(value: Any) -> list[str]:
    """Return every text in a document."""
    if isinstance(value, dict):
        return [*value, *(text for inner in value.values() for text in texts(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [value] if isinstance(value, str) else []


def mermaid(text: str) -> list[str]:
    """Return the lines of a flow chart without what is in quotes, which ends where it should."""
    terminal(text)
    lines = [re.sub(r'"[^"<>]*(?:<br/>[^"<>]*)?"', '""', line) for line in text.split("\n")]
    assert [line for line in lines if line.count('"') % 2] == []
    return [re.sub(r"\|[^|\"]*\|", "||", line) for line in lines]
