"""Texts that people read use plain American English: the words of this list are in none of them.

Read are every string and docstring of the package, the pages, and the help texts with them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

NEVER = {
    r"cure[sd]?": "fix",
    r"mend(s|ed|ing)?": "fix",
    r"told|tells": "shows, prints, set",
    r"stands": "is, runs",
    r"wired": "connected",
    r"the article|the house": "the reference Terraform setup",
    r"unless (told|given)": "default",
    r"service maps?": "trace map",
    r"for ever": "forever",
    r"\w*(synthes|recogn|organ|normal|serial|author|summar)is(e[sd]?|ing|ation)": "-iz-",
    r"\w*(behavi|col|fav|neighb|hon)our\w*": "-or-",
    r"licences?|artefacts?|catalogues?|spelt|learnt|modelled|labelled": "the American spelling",
}
_NEVER = re.compile(rf"(?<![\w.-])({'|'.join(NEVER)})(?![\w-])", re.IGNORECASE)
# Code keeps its names, such as the key `service_map`, and what other programs print.
_CODE = re.compile(r"```.*?```|``[^`]*``|`[^`]*`", re.DOTALL)
_ADDRESS = re.compile(r"#[^\s)]+|https?://\S+|\]\([^)]*\)")


@pytest.mark.parametrize("word", ["The cure", "mended", "what is told", "stands", "Synthesised"])
def test_the_list_is_held(word: str) -> None:
    assert list(found_in(f"a text: {word} here"))


def test_code_and_addresses_are_not_read() -> None:
    assert not list(found_in("`wired` https://example.com/behaviour ``cure``"))


def test_no_string_or_docstring_has_a_word_of_the_list(repository: Path) -> None:
    folders = [repository / "constructs" / "cdk_ecs_xray", repository / "stacks"]
    modules = [path for folder in folders for path in folder.rglob("*.py")]
    wrong = [
        f"{path.relative_to(repository)}:{line}: {word}"
        for path in sorted([*modules, repository / "app.py"])
        for line, text in strings_of(path.read_text(encoding="utf-8"))
        for word in found_in(text)
    ]
    assert wrong == []


def test_no_page_has_a_word_of_the_list(repository: Path) -> None:
    pages = [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]
    wrong = [
        f"{path.relative_to(repository)}: {word}"
        for path in sorted(pages)
        for word in found_in(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def strings_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield every string with its line; a lone word is a name or data, and no text."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and " " in node.value.strip()
        ):
            yield node.lineno, node.value


def found_in(text: str) -> Iterator[str]:
    """Yield the words of the list in a text, without code and addresses."""
    for match in _NEVER.finditer(_ADDRESS.sub(" ", _CODE.sub(" ", text))):
        yield match[0]
