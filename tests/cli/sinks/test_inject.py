"""What inject shows, warns of and asks for has a task definition's names as text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.printable import printable
from tests.cli.sinks import forms
from tests.cli.sinks.hostile import HARMLESS, HOSTILE, file_name
from tests.cli.sinks.planted import task

Printed = pytest.CaptureFixture[str]
OPTIONS = ("--region", "eu-west-1")


def shown(arguments: list[str], printed: Printed, *, codes: tuple[int, ...] = (0,)) -> str:
    code = run(["inject", *arguments])
    captured = printed.readouterr()
    assert code in codes, captured.err
    return f"{captured.out}\n--\n{captured.err}"


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_diff_and_warnings(tmp_path: Path, name: str, capsys: Printed) -> None:
    shapes = []
    for called in (HARMLESS, name):
        file = tmp_path / file_name(called)
        # JSON may hold DEL as it is, which YAML may not; inject reads both as YAML.
        file.write_text(json.dumps(task(called), indent=1).replace("\x7f", "\\u007f"))
        text = shown([str(file), "--diff", *OPTIONS, "--log-group", "/ecs/web"], capsys)
        # The first character of a line of a difference says what it is.
        lines = forms.terminal(text)
        shapes.append([(line[:1], len(line) - len(line.lstrip())) for line in lines])
        assert any("zq" in line for line in lines)

    assert shapes[0] == shapes[1]
    # As it is, as JSON writes it, or as part of the file's name.
    written = (name, json.dumps(name)[1:-1], file_name(name))
    assert any(printable(form) in text for form in written)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_options(tmp_path: Path, name: str, capsys: Printed) -> None:
    file = tmp_path / "task.json"
    file.write_text(json.dumps(task("web")))
    for option in ("registry", "region", "log-group", "tracing-name", "network-mode", "output"):
        value = str(tmp_path / "gone" / file_name(name)) if option == "output" else name

        text = shown(
            [str(file), "--no-log"] * (option != "log-group") + [f"--{option}={value}"],
            capsys,
            codes=(0, 2),
        )

        # Standard output is the task definition, in which JSON escapes what cannot be seen.
        forms.terminal(text)
        assert "unexpected" not in text


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_yaml(tmp_path: Path, name: str, capsys: Printed) -> None:
    file = tmp_path / "task.yaml"
    file.write_text(f"# {printable(name)}\n" + json.dumps(task(name)).replace("{", "{ "))

    forms.terminal(shown([str(file), "--diff", *OPTIONS], capsys, codes=(0, 2)))
