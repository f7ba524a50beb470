"""The snippets of README and docs, by the language their fence names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """A fenced block of a page."""

    page: str
    language: str
    text: str

    @property
    def lines(self) -> Sequence[str]:
        """Its lines without indentation and blank ones."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]


@pytest.fixture(scope="session")
def snippets() -> Sequence[Snippet]:
    """Every fenced block of every page for users."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return [
        Snippet(page=page.relative_to(ROOT).as_posix(), language=language, text=text)
        for page in sorted(pages)
        for language, text in _FENCE.findall(page.read_text(encoding="utf-8"))
    ]
