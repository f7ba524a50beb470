"""``docs/terraform.md``: its commands run as they are written, on files that it names."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.cli import main
from tests.terraform_documents import Made, containers, plan, right, state

PAGE = "docs/terraform.md"


def in_module(made: Sequence[Made]) -> list[Made]:
    """Return the task definition as modules of the registry have it."""
    module = "module.shop"
    return [
        replace(one, address=f"{module}.aws_ecs_task_definition.this[0]", module=module)
        if "task_definition" in one.address
        else one
        for one in made
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the files of the page."""
    made = in_module(right(ecs_task_definition={"container_definitions": containers(links=None)}))
    (tmp_path / "plan.json").write_text(json.dumps(plan(*made)))
    (tmp_path / "state.json").write_text(json.dumps(state(*in_module(right()))))
    app = [{"Name": "app", "Image": "example/app:1", "entrypoint": ["/app"]}]
    (tmp_path / "containers.json").write_text(json.dumps(app, indent=2))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], tuple[int, str]]:
    """Return what runs a command: its exit code and what it prints."""

    def command_line(command: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return command_line


Run = Callable[[str], tuple[int, str]]


def blocks(snippets: Sequence[Any], language: str) -> Sequence[Any]:
    return [one for one in snippets if one.page == PAGE and one.language == language]


def test_every_command_works(folder: Path, snippets: Sequence[Any], run: Run) -> None:
    commands = [line for one in blocks(snippets, "sh") for line in one.lines]

    assert len(commands) == 8
    for command in commands:
        assert run(command)[0] == 0, command
    assert {"review.md", "review.sarif", "traced.json"} <= {file.name for file in folder.iterdir()}


def test_the_output_is_that_of_the_command(folder: Path, snippets: Sequence[Any], run: Run) -> None:
    whole, hidden = blocks(snippets, "text")

    _, said = run("ecs-xray review plan.json")
    for part in whole.text.split("\n\n"):
        assert part.strip("\n") in said

    content = json.loads((folder / "plan.json").read_text())
    for change in content["resource_changes"]:
        change["change"]["after_sensitive"] = {"container_definitions": True}
    (folder / "plan.json").write_text(json.dumps(content))
    assert hidden.text in run("ecs-xray review plan.json")[1]
