"""Rules files and the command line, as a user has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.sampling import SamplingRuleSet


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder, where the command is started."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sampling").mkdir()
    return tmp_path


@pytest.fixture
def write_rules(folder: Path) -> Callable[..., Path]:
    """Write rules, or a whole document, as sampling/rules.yaml."""

    def write(*rules: dict[str, Any], name: str = "rules.yaml", **rest: Any) -> Path:
        path = folder / "sampling" / name
        document = {"rules": list(rules), **rest} if rules else rest
        path.write_text(json.dumps(document))
        return path

    return write


@pytest.fixture
def read(write_rules: Callable[..., Path]) -> Callable[..., SamplingRuleSet]:
    """Write rules and read them back."""

    def read_back(*rules: dict[str, Any], **rest: Any) -> SamplingRuleSet:
        return SamplingRuleSet.from_file(write_rules(*rules, **rest))

    return read_back


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def ecs_xray(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run one command line in this process."""
    from cdk_ecs_xray.cli.commands import run

    def execute(*arguments: str) -> Outcome:
        code = run(_texts(arguments))
        captured = capsys.readouterr()
        return Outcome(code=code, out=captured.out, err=captured.err)

    return execute


def _texts(arguments: Sequence[object]) -> list[str]:
    return [str(argument) for argument in arguments]
