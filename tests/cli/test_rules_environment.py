"""`rules --env`: a name that nothing knows is refused, and one of an environment file is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run

RULES = """\
default:
  fixed_rate: 0.1
  reservoir_size: 1
rules:
  - name: checkout
    priority: 100
    url_path: /checkout/*
    fixed_rate: 0.5
    reservoir_size: 1
    environments:
      prod:
        fixed_rate: 0.05
"""
COMMANDS: Sequence[Sequence[str]] = [
    ["check", "sampling/rules.yaml"],
    ["explain", "GET", "/checkout/1"],
    ["simulate", "--rps", "5"],
    ["export", "--for", "python"],
]


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sampling").mkdir()
    (tmp_path / "sampling" / "rules.yaml").write_text(RULES)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_an_unknown_environment_is_refused_with_those_there_are(
    command: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", *command, "--env", "prdo"]) == 2
    assert capsys.readouterr().err == (
        "ecs-xray: --env: environment 'prdo' not found. Choose one of prod, or leave --env out.\n"
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_an_environment_of_the_rules_is_taken(command: Sequence[str]) -> None:
    assert run(["rules", *command, "--env", "prod"]) == 0


def test_an_environment_with_a_file_of_its_own_is_taken() -> None:
    Path("environments").mkdir()
    Path("environments/third.yaml").write_text('name: "staging"\n')
    assert run(["rules", "check", "--env", "staging"]) == 0
    assert run(["rules", "check", "--env", "third"]) == 2


def test_rules_that_name_no_environment_take_any() -> None:
    Path("sampling/rules.yaml").write_text(RULES.partition("    environments:")[0])
    assert run(["rules", "check", "--env", "qa"]) == 0
