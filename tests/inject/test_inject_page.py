"""``docs/inject.md`` and its example work as they are written."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import aws_cdk as cdk
import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.environments.environment import Environment


@pytest.fixture
def folder(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example, which is the current folder."""
    folder = tmp_path / "examples" / "inject"
    shutil.copytree(repository / "examples" / "inject", folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def blocks(repository: Path) -> Sequence[tuple[str, str]]:
    """The fenced blocks of the page, each with its language."""
    page = (repository / "docs" / "inject.md").read_text(encoding="utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def test_the_commands_work_in_their_order(
    folder: Path, blocks: Sequence[tuple[str, str]], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    commands = [
        shlex.split(line)
        for language, text in blocks
        if language == "sh"
        for line in text.splitlines()
    ]
    said = []
    for program, *arguments in commands:
        assert program == "ecs-xray"
        assert run(arguments) == 0, capfdbinary.readouterr().err
        said.append(capfdbinary.readouterr().out.decode())

    assert len(said) == 8
    original = (folder / "task-definition.json").read_bytes()
    assert (folder / "untraced.json").read_bytes() == original
    assert '"name": "xray-daemon"' in said[0]
    # "The last one prints no difference".
    assert said[2] == ""
    assert (folder / "traced.json").exists()
    assert '"name": "fq-${ENVIRONMENT}-xray"' in said[3]


def test_the_commands_that_replace_work_in_their_order(
    folder: Path, repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page = (repository / "docs" / "replace.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```sh\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    for line in block.splitlines():
        assert run(shlex.split(line)[1:]) == 0, capfd.readouterr().err

    assert "aws-otel-collector" in (folder / "replaced.json").read_text()
    original = (folder / "with-daemon.json").read_bytes()
    assert (folder / "restored.json").read_bytes() == original


def test_the_example_synthesises(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cdk, "App", partial(cdk.App, outdir=str(tmp_path / "out")))

    runpy.run_path(str(folder / "traced_stack.py"), run_name="__main__")

    template = (tmp_path / "out" / "Ledger.template.json").read_text()
    assert "public.ecr.aws/xray/aws-xray-daemon" in template


def test_the_environment_is_one(
    repository: Path, folder: Path, blocks: Sequence[tuple[str, str]]
) -> None:
    (services,) = (text for language, text in blocks if language == "text")
    root = folder.parents[1]
    shutil.copytree(repository / "sampling", root / "sampling")
    (root / "environments").mkdir()
    path = root / "environments" / "dev.yaml"
    path.write_text("name: dev\nnamespace: fq\nsampling_rules: ../sampling/rules.yaml\n" + services)

    (service,) = Environment.from_file(path).services

    assert service.task_definition is not None
    assert service.task_definition.name == "task-definition.json"
