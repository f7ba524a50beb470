"""The command line as a whole: quick to start, complete in every shell, well-behaved in pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cdk_ecs_xray.cli.commands import commands, run

PROGRAM = Path(sys.executable).parent / "ecs-xray"
# What takes most of a second, or would tie a command that needs none of it to an extra.
HEAVY = {
    "aws_cdk", "jsii", "constructs", "boto3", "botocore", "ministack", "pydantic", "yaml", "rich",
    "hypercorn", "aws_xray_sdk",
}  # fmt: skip


def walk(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from walk(below, (*path, name))


COMMANDS = list(walk(commands))


@pytest.mark.parametrize(
    "arguments",
    [["--version"], *([*path, "--help"] for path, _ in COMMANDS)],
    ids=" ".join,
)
def test_nothing_heavy_is_imported_to_explain_a_command(arguments: list[str]) -> None:
    program = (
        "import json, sys\n"
        "from cdk_ecs_xray.cli.commands import run\n"
        "code = run(json.loads(sys.argv[1]))\n"
        "print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    assert HEAVY.intersection(modules) == set()


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(p) for p, _ in COMMANDS])
def test_every_command_and_option_is_explained(
    path: tuple[str, ...], command: click.Command
) -> None:
    assert command.help, f"{path} has no help"
    unexplained = [
        param.name
        for param in command.params
        if isinstance(param, click.Option) and not param.help and not param.hidden
    ]
    assert unexplained == []


@pytest.mark.parametrize(
    ("shell", "shown"),
    [("bash", "complete -o nosort"), ("zsh", "#compdef ecs-xray"), ("fish", "complete --no-files")],
)
def test_each_shell_gets_its_script(
    shell: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["completion", shell]) == 0
    text = capsys.readouterr().out
    assert shown in text
    assert "_ECS_XRAY_COMPLETE" in text


def test_another_shell_is_refused_with_the_three(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "tcsh"]) == 2
    assert "'bash', 'zsh', 'fish'" in capsys.readouterr().err


def completed(folder: Path, *words: str) -> list[str]:
    """Return what the program itself offers a shell for the last word."""
    done = subprocess.run(
        [str(PROGRAM)],
        cwd=folder,
        env={
            **os.environ,
            "_ECS_XRAY_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["ecs-xray", *words]),
            "COMP_CWORD": str(len(words)),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


def test_commands_options_and_environments_are_completed(tmp_path: Path) -> None:
    assert completed(tmp_path, "ver") == ["verify"]
    assert completed(tmp_path, "verify", "--send") == ["--send-test-trace"]
    assert completed(tmp_path, "verify", "--env", "d") == []

    stages = tmp_path / "cdk.out"
    artifacts = {}
    for name in ("dev", "prod"):
        stack = {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": "one.template.json"},
        }
        folder = stages / f"assembly-{name}"
        folder.mkdir(parents=True)
        (folder / "one.template.json").write_text('{"Resources": {}}')
        (folder / "manifest.json").write_text(json.dumps({"artifacts": {"one": stack}}))
        artifacts[f"assembly-{name}"] = {
            "type": "cdk:cloud-assembly",
            "properties": {"directoryName": f"assembly-{name}", "displayName": name},
        }
    (stages / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    assert completed(tmp_path, "verify", "--env", "d") == ["dev"]


def test_a_reader_that_leaves_early_gets_no_traceback() -> None:
    started = subprocess.Popen(
        [str(PROGRAM), "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.close()
    said = started.stderr.read()
    started.stderr.close()
    started.wait()
    assert b"Traceback" not in said


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"ecs-xray, version {version('cdk-ecs-xray')}\n"
