"""Files that cannot be used, through the real `cdk synth`: one clear end and no assembly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.end_to_end.deploy.conftest import Cdk

RULES = Path("sampling/rules.yaml")
DEV = Path("environments/dev.yaml")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A file's mistake, and what the user must read about each."""

    file: Path
    replace: tuple[str, str] | None = None
    text: str | None = None
    said: tuple[str, ...]
    arguments: tuple[str, ...] = ()


CASES = {
    "a rate of 5 and a priority of 0": Case(
        file=RULES,
        text="rules:\n  - {name: checkout, priority: 0, fixed_rate: 5}\n",
        said=(
            "sampling/rules.yaml, rule 'checkout': fixed_rate must be between 0 and 1 (got 5). "
            "For 5 %, write 0.05",
            "sampling/rules.yaml, rule 'checkout': priority must be between 1 and 9999 (got 0). ",
        ),
    ),
    "no YAML": Case(
        file=DEV,
        text="name: dev\nservices: [\n",
        said=("environments/dev.yaml, line 3, column 1: the file must be valid YAML",),
    ),
    "network mode none": Case(
        file=DEV,
        replace=("network_mode: bridge", "network_mode: none"),
        said=("environments/dev.yaml, service 'ledger-watcher': network_mode must be",),
    ),
    "an unknown environment": Case(
        file=DEV,
        replace=("", ""),
        arguments=("--context", "env=nope"),
        said=("-c env: must be the name of an environment (got 'nope'). Choose one of dev",),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Refused:
    """How `cdk synth` ended, and the folder it ran in."""

    code: int
    text: str
    folder: Path


@pytest.fixture(scope="module")
def refused(
    tmp_path_factory: pytest.TempPathFactory,
    copy_project: Callable[..., Path],
    cdk_for: Callable[..., Cdk],
) -> Mapping[str, Refused]:
    """Run all cases side by side, each where an earlier run left its assembly."""
    running = {}
    for name, case in CASES.items():
        folder = copy_project(tmp_path_factory.mktemp("bad") / "project", "dev")
        path = folder / case.file
        text = path.read_text() if case.text is None else case.text
        if case.replace is not None:
            assert case.replace[0] in text
            text = text.replace(*case.replace)
        path.write_text(text)
        (folder / "cdk.out").mkdir()
        (folder / "cdk.out" / "manifest.json").write_text('{"version": "55.0.0"}')
        cdk = cdk_for(folder, account="303030303030")
        running[name] = (folder, cdk.start("synth", "--quiet", *case.arguments))
    ended = {}
    for name, (folder, process) in running.items():
        text, _ = process.communicate(timeout=600)
        ended[name] = Refused(code=process.returncode, text=text, folder=folder)
    return ended


@pytest.mark.parametrize("name", CASES)
def test_the_command_fails_and_says_what_to_mend(refused: Mapping[str, Refused], name: str) -> None:
    assert refused[name].code == 1
    for sentence in CASES[name].said:
        assert sentence in refused[name].text


@pytest.mark.parametrize("name", CASES)
def test_there_is_no_traceback(refused: Mapping[str, Refused], name: str) -> None:
    text = refused[name].text

    assert "Traceback" not in text
    assert ".py" not in text.replace("app.py", "")


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_left_that_looks_like_an_assembly(
    refused: Mapping[str, Refused], name: str
) -> None:
    assert not (refused[name].folder / "cdk.out" / "manifest.json").exists()
