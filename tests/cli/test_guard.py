"""Whatever happens to a command: one line and an exit code, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.guard import guarded

PROGRAM = str(Path(sys.prefix) / "bin" / "ecs-xray")
TASK = """{"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition", "Properties":
{"ContainerDefinitions": [{"Name": "caf\u00e9", "Image": "x"}]}}}}"""
EVERYWHERE: Sequence[Sequence[str]] = [
    ["--help"],
    ["--version"],
    ["completion", "bash"],
    ["review", "template.json"],
    ["review", "template.json", "--format", "html"],
    ["review", "template.json", "--format", "sarif"],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "template.json").write_text(TASK, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("arguments", EVERYWHERE, ids=" ".join)
def test_a_full_disk_is_a_line(folder: Path, arguments: Sequence[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=folder, stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        "ecs-xray: standard output must be writable (got 'No space left on device'). Send it "
        "elsewhere, or write to a file with -o."
    ]


def test_a_closed_output_is_a_line(folder: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"{PROGRAM} review template.json >&-"],
        cwd=folder,
        capture_output=True,
        check=False,
    )

    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert b"standard output must be writable" in done.stderr


def test_a_reader_that_has_seen_enough_hears_nothing(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [PROGRAM, "review", "template.json"],
        cwd=folder,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)

    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(("form", "shown"), [("terminal", b"caf\xe9"), ("html", b"caf\xc3\xa9")])
def test_a_terminal_has_its_encoding_and_a_document_utf_8(
    folder: Path, form: str, shown: bytes
) -> None:
    done = subprocess.run(
        [PROGRAM, "review", "template.json", "--format", form],
        cwd=folder,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert shown in done.stdout


INTERRUPTED_IMPORT = """
import sys
from importlib.abc import MetaPathFinder

class Interrupting(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
sys.argv = ["ecs-xray", "review", "template.json"]
from cdk_ecs_xray.cli import main
main()
"""


@pytest.mark.parametrize(
    "module", ["click", "cdk_ecs_xray.cli.commands", "cdk_ecs_xray.review.report", "yaml"]
)
def test_ctrl_c_while_importing_is_a_line(folder: Path, module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT.format(module=module)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr.split("\n") in (
        ["ecs-xray: interrupted", ""],
        ["", "ecs-xray: interrupted", ""],  # Behind the ^C that a terminal shows.
    )
    assert done.returncode == 130


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TypeError("no\n\x1b[31mrows"), "unexpected TypeError: no \ufffd[31mrows. Add --debug"),
        (RecursionError(), "unexpected RecursionError. Add --debug"),
        (MemoryError(), "unexpected MemoryError. Add --debug"),
        (FileNotFoundError(2, "gone", "x"), "unexpected FileNotFoundError: [Errno 2] gone: 'x'."),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_the_unexpected_is_a_line(
    error: BaseException, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: Sequence[str]) -> int:
        raise error

    code = guarded(run, ["review"])

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"ecs-xray: {said}")
    assert code == (130 if isinstance(error, KeyboardInterrupt) else 1)


def test_debug_shows_where_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    given: list[Sequence[str]] = []

    def run(arguments: Sequence[str]) -> int:
        given.append(arguments)
        raise TypeError("no rows")

    assert guarded(run, ["review", "x", "--debug"]) == 1

    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.splitlines()[-1] == (
        "ecs-xray: unexpected TypeError: no rows. Report it with what is above."
    )
    assert given == [["review", "x"]]
