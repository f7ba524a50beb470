"""docs/survival.md has a row for each test, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path


def test_the_table_and_the_tests_are_the_same(repository: Path) -> None:
    page = (repository / "docs" / "survival.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|.*\| `(test_\w+)` \|$", page, re.MULTILINE)

    assert len(rows) == len(set(rows))
    assert set(rows) == {name for name, _ in functions()}


def test_no_row_says_nothing(repository: Path) -> None:
    page = (repository / "docs" / "survival.md").read_text(encoding="utf-8")
    for row in re.findall(r"^\|(.*)\| `test_\w+` \|$", page, re.MULTILINE):
        cells = [cell.strip() for cell in row.split("|")]
        assert len(cells) == 4
        assert all(cells), row


def test_no_slower_is_said_where_it_is_asserted(repository: Path) -> None:
    page = (repository / "docs" / "survival.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|.*\| no slower \|.*\| `(test_\w+)` \|$", page, re.MULTILINE)

    assert set(rows) == {name for name, text in functions() if "assert_no_slower(" in text}


def functions() -> list[tuple[str, str]]:
    found = []
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path == Path(__file__):
            continue
        source = path.read_text(encoding="utf-8")
        found += [
            (part.name, ast.get_source_segment(source, part) or "")
            for part in ast.parse(source).body
            if isinstance(part, ast.FunctionDef) and part.name.startswith("test_")
        ]
    return found
