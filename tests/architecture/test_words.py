"""Texts that people read use plain American English: the words of this list are in none of them.

Read are every string, docstring and comment of the package and the examples, the pages, and what
the page in a browser, the schemas and the Makefile show.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from io import StringIO
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
    r"traced for both": "connected",
    r"embedded\s+(#\s*)?AWSs?": "AWS emulator",
    r"engines?": "collector, sidecar, X-Ray daemon",
    r"shape[sd]?": "network mode, form",
    r"got (none|nothing)": "required, not found",
    r"for ever": "forever",
    r"\w*(synthes|recogn|organ|normal|serial|author|summar)is(e[sd]?|ing|ation)": "-iz-",
    r"\w*(behavi|col|fav|neighb|hon)our\w*": "-or-",
    r"licences?|artefacts?|catalogues?|spelt|learnt|modelled|labelled": "the American spelling",
}
_NEVER = re.compile(rf"(?<![\w.-])({'|'.join(NEVER)})(?![\w-])", re.IGNORECASE)
# Code keeps its names, such as the key `service_map` and the class `Engine`, as do the lines of
# other programs.
_CODE = re.compile(r"```.*?```|``[^`]*``|`[^`]*`|:param \w+:", re.DOTALL)
_ADDRESS = re.compile(r"#[^\s)]+|https?://\S+|\]\([^)]*\)")
# Only where users read: in code, a docstring may have what a function or a file says.
NEVER_TO_USERS = {r"says": "shows, prints, has"}
_NEVER_TO_USERS = re.compile(rf"(?<![\w.-])({'|'.join(NEVER_TO_USERS)})(?![\w-])", re.IGNORECASE)
# Where a value is absent, a message is of the form "X is required" or "X not found".
_ABSENT = {"none", "nothing", "neither", "none of them"}


@pytest.mark.parametrize(
    "word",
    [
        "The cure",
        "mended",
        "what is told",
        "stands",
        "Synthesised",
        "an embedded\n# AWS",
        "another engine",
        "every shape",
        "(got none)",
    ],
)
def test_the_list_is_held(word: str) -> None:
    assert list(found_in(f"a text: {word} here"))


def test_code_and_addresses_are_not_read() -> None:
    assert not list(found_in("`wired` https://example.com/behaviour ``cure``"))


def test_comments_are_read() -> None:
    assert [text for _, text in comments_of("x = 1  # what stands here\n")] == [
        "# what stands here"
    ]


def test_an_absent_value_is_seen() -> None:
    assert list(absent_values('Problem(what="x", got=name or "none")')) == [(1, "none")]
    assert not list(absent_values('Problem(what="x", got="\'none\'")'))


def test_no_code_has_a_word_of_the_list(repository: Path) -> None:
    wrong = [
        f"{path.relative_to(repository)}:{line}: {word}"
        for path in modules(repository)
        for source in (path.read_text(encoding="utf-8"),)
        for line, text in (*strings_of(source), *comments_of(source))
        for word in found_in(text)
    ]
    assert wrong == []


def test_no_message_or_help_has_a_word_that_users_do_not_read(repository: Path) -> None:
    wrong = [
        f"{path.relative_to(repository)}:{line}: {word}"
        for path in modules(repository)
        for line, text in messages_of(path.read_text(encoding="utf-8"))
        for word in found_in(text, _NEVER_TO_USERS)
    ]
    assert wrong == []


def test_no_message_shows_an_absent_value(repository: Path) -> None:
    wrong = [
        f"{path.relative_to(repository)}:{line}: {value}"
        for path in modules(repository)
        for line, value in absent_values(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_no_page_has_a_word_of_the_list(repository: Path) -> None:
    pages = [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]
    examples = (repository / "examples").rglob("*.md")
    wrong = [
        f"{path.relative_to(repository)}: {word}"
        for path in sorted([*pages, *examples])
        for text in (path.read_text(encoding="utf-8"),)
        for word in (*found_in(text), *found_in(text, _NEVER_TO_USERS))
    ]
    assert wrong == []


def test_nothing_else_that_is_shown_has_a_word_of_the_list(repository: Path) -> None:
    shown = [
        repository / "Makefile",
        *(repository / "constructs" / "cdk_ecs_xray" / "page" / "templates").rglob("*.html"),
        *(repository / "environments").glob("*.json"),
        *(repository / "sampling").glob("*.json"),
        *(repository / "environments").glob("*.yaml"),
        *(repository / "sampling").glob("*.yaml"),
    ]
    wrong = [
        f"{path.relative_to(repository)}: {word}"
        for path in sorted(shown)
        for word in found_in(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def modules(repository: Path) -> list[Path]:
    """Return the package, the app, the examples and the tools."""
    folders = ["constructs/cdk_ecs_xray", "stacks", "examples", "tools"]
    found = [path for folder in folders for path in (repository / folder).rglob("*.py")]
    return sorted([*found, repository / "app.py"])


def strings_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield every string with its line; a lone word is a name or data, and no text."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and " " in node.value.strip()
        ):
            yield node.lineno, node.value


def comments_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield every comment with its line."""
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def messages_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield the strings that are printed: all but docstrings, and those of commands with them."""
    tree = ast.parse(source)
    commands = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any("command" in ast.unparse(one) for one in node.decorator_list)
    ]
    shown = {id(node.body[0].value) for node in commands if isinstance(node.body[0], ast.Expr)}
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and (id(node) not in docstrings or id(node) in shown)
        ):
            yield node.lineno, node.value


def absent_values(source: str) -> Iterator[tuple[int, str]]:
    """Yield every ``got`` that can be a word for nothing."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "got":
            for value in ends_of(node.value):
                if isinstance(value, ast.Constant) and value.value in _ABSENT:
                    yield node.value.lineno, str(value.value)


def ends_of(value: ast.expr) -> Iterator[ast.expr]:
    """Yield what an expression with ``or`` and ``if`` can be."""
    if isinstance(value, ast.IfExp):
        yield from (*ends_of(value.body), *ends_of(value.orelse))
    elif isinstance(value, ast.BoolOp):
        for one in value.values:
            yield from ends_of(one)
    elif isinstance(value, ast.Call):
        for one in value.args:
            yield from ends_of(one)
    else:
        yield value


def found_in(text: str, never: re.Pattern[str] = _NEVER) -> Iterator[str]:
    """Yield the words of the list in a text, without code and addresses."""
    for match in never.finditer(_ADDRESS.sub(" ", _CODE.sub(" ", text))):
        yield match[0]
