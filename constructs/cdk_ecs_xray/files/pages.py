"""The documentation's pages, which the wheel brings, so that an id leads to its text offline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from cdk_ecs_xray.errors import ConfigurationError, Problem

_HEADING = re.compile(r"^(#{1,6}) +(.+?) *$")
_FENCE = "```"


def how_to_read(name: str) -> str:
    """Return the command that prints the text about an id."""
    return f"ecs-xray docs {name}"


def pages() -> Mapping[str, Path]:
    """Return every page by its path below the folder of pages, ``fix/no-traces.md``."""
    folder = _folder()
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.md"))}


def text_about(name: str) -> str:
    """Return the sections of an id, or a page by its name with or without ``.md``.

    An id goes first: the check ``sampling`` of verify is found before the page ``sampling.md``.

    :raises ConfigurationError: when there is neither.
    """
    texts = {page: path.read_text(encoding="utf-8") for page, path in pages().items()}
    # Pages about a failure explain more than a page that only mentions it.
    ordered = sorted(texts, key=lambda one: not one.startswith("fix/"))
    sections = [found for page in ordered if (found := _section(texts[page], name)) is not None]
    if sections:
        return "\n".join(sections)
    for page, text in texts.items():
        if name in {page, page.removesuffix(".md"), Path(page).name, Path(page).stem}:
            return text
    raise ConfigurationError(_not_found(name, _ids(texts.values()) | set(texts)))


def _folder() -> Path:
    package = Path(__file__).parents[1]
    in_wheel = package / "pages"
    return in_wheel if in_wheel.is_dir() else package.parents[1] / "docs"


def _section(text: str, name: str) -> str | None:
    """Return the text from a heading to the next one of its level or above."""
    lines = text.splitlines()
    headings = _headings(lines)
    for position, (line, level, title) in enumerate(headings):
        if title == name and level > 1:
            ends = (other for other, depth, _ in headings[position + 1 :] if depth <= level)
            return "\n".join(lines[line : next(ends, len(lines))]).strip() + "\n"
    return None


def _headings(lines: Sequence[str]) -> Sequence[tuple[int, int, str]]:
    """Return line, level and title of each heading outside of code."""
    found = []
    in_code = False
    for number, line in enumerate(lines):
        if line.startswith(_FENCE):
            in_code = not in_code
        match = _HEADING.match(line)
        if match is not None and not in_code:
            found.append((number, len(match[1]), match[2].strip("`")))
    return found


def _ids(texts: Iterable[str]) -> set[str]:
    return {
        title
        for text in texts
        for _, level, title in _headings(text.splitlines())
        if level > 1 and re.fullmatch(r"[a-z][a-z0-9-]*", title)
    }


def _not_found(name: str, known: set[str]) -> Problem:
    close = get_close_matches(name, sorted(known), n=1)
    guess = f"Did you mean '{close[0]}'? " if close else ""
    return Problem(
        where="docs",
        what=f"'{name}' not found",
        fix=f"{guess}Run ecs-xray docs for the list of pages.",
    )
