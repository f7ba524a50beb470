"""Every committed file: portable, free of the machine it was written on, short."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

LONGEST = 300
# Written in pieces, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a registry's host": "|".join(
        rf"{host}\.(?:org|com|io|dev)"
        for host in ("pypi", "pythonhosted", "npmjs", "yarnpkg", "jfrog", "anaconda")
    ),
    "a folder of one machine": "|".join((r"/wor" + r"k/", r"/hom" + r"e/\w", r"/Use" + r"rs/\w")),
    "a file as an address": "file:" + "///",
}


def texts(paths: Sequence[Path]) -> dict[Path, str]:
    found = {}
    for path in paths:
        try:
            found[path] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str, repository: Path, committed: Sequence[Path]) -> None:
    pattern = re.compile(FORBIDDEN[what])

    found = [
        f"{path.relative_to(repository)}: {match.group()}"
        for path, text in texts(committed).items()
        for match in [pattern.search(text)]
        if match is not None
    ]

    assert found == []


def test_the_patterns_would_find_them() -> None:
    bad = ("https://" + "pypi." + "org/simple", "/wor" + "k/main/x.py", "file:" + "///tmp")
    for (what, pattern), text in zip(FORBIDDEN.items(), bad, strict=True):
        assert re.search(pattern, text), what


def test_no_module_is_longer_than_a_reader_takes_in(
    repository: Path, committed: Sequence[Path]
) -> None:
    product = [repository / name for name in ("constructs", "stacks", "tools", "app.py", "tests")]

    long = {
        str(path.relative_to(repository)): lines
        for path in committed
        if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in product)
        for lines in [len(path.read_text().splitlines())]
        if lines > LONGEST
    }

    assert long == {}


def test_every_text_ends_with_a_line_and_has_no_carriage_returns(
    repository: Path, committed: Sequence[Path]
) -> None:
    wrong = [
        str(path.relative_to(repository))
        for path, text in texts(committed).items()
        # JSON among the tests is input, as users' editors leave it.
        if path.suffix != ".json" and text and (not text.endswith("\n") or "\r" in text)
    ]

    assert wrong == []


def test_no_module_is_called_after_nothing(committed: Sequence[Path]) -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base", "core"}

    assert [path for path in committed if path.stem in vague] == []


def test_nobody_takes_a_sentence_apart(repository: Path, committed: Sequence[Path]) -> None:
    cut = re.compile(r"""(?:partition|split)\(\s*["'](?:; |, got | \(got |\. )""")
    product = [repository / name for name in ("constructs", "stacks", "app.py")]

    cutting = [
        path.relative_to(repository).as_posix()
        for path in committed
        if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in product)
        if cut.search(path.read_text(encoding="utf-8"))
    ]

    assert cutting == []
