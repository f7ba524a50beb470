"""A path that cannot be used is one line and exit code 2, whatever a command wants of it."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.cli.guard import guarded
from tests.cli.sinks.planted import task
from tests.right_template import RIGHT

PROGRAM = str(Path(sys.prefix) / "bin" / "ecs-xray")
# One process for all: each of its own would take minutes.
EACH = """
import contextlib, io, json, sys
from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.cli.guard import guarded
ended = []
for arguments in json.load(sys.stdin):
    with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.redirect_stdout(said):
        ended.append([guarded(run, arguments), said.getvalue()])
print(json.dumps(ended))
"""
# PR_CAPBSET_DROP of Linux, and what lets root pass over the modes of files.
DROP, PASSING_OVER_MODES = 24, (1, 2)
READING = (
    "review PATH",
    "review right.json --against PATH",
    "review right.json --traffic PATH",
    "rules check PATH",
    "rules explain GET / --rules PATH",
    "rules export --for python --rules PATH",
    "rules import PATH",
    "rules simulate PATH --rules rules.json",
    "rules simulate a.log --rules PATH",
    "rules simulate --from-counts PATH --rules rules.json",
    "rules simulate --traffic PATH --rules rules.json",
    "inject PATH",
    "adopt --state PATH --app .",
    "local deploy --seed PATH",
)
OF_FOLDERS = (
    "verify --app PATH",
    "local deploy --app PATH",
    "rules simulate PATH --rules rules.json",
    "review PATH",
    "rules import PATH",
)
WRITING = (
    "inject task.json --no-log -o PATH",
    "review right.json -o PATH",
    "rules export --for python --rules rules.json --output PATH",
    "rules import rules.json --force -o PATH",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rules = {"rules": [{"name": "a", "priority": 1, "fixed_rate": 0.1}]}
    for name, document in (("right", RIGHT), ("task", task("web")), ("rules", rules)):
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    (tmp_path / "a.log").write_text("")
    return tmp_path


def on(path: str, *commands: str) -> list[list[str]]:
    return [[path if word == "PATH" else word for word in words.split()] for words in commands]


def ended_without_powers(folder: Path, given: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """Run command lines as a user to whom the modes of files apply."""

    def without_powers() -> None:
        for power in PASSING_OVER_MODES:
            ctypes.CDLL(None).prctl(DROP, power, 0, 0, 0)

    done = subprocess.run(
        [sys.executable, "-c", EACH],
        cwd=folder,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        preexec_fn=without_powers if os.geteuid() == 0 and sys.platform == "linux" else None,
        check=True,
    )
    return [(code, said) for code, said in json.loads(done.stdout)]


def the_line(words: Sequence[str], code: int, said: str) -> str:
    """Return the one line that a command ended with."""
    about = [line for line in said.splitlines() if line and not line.startswith("About each")]
    assert code == 2, (words, said)
    assert len(about) == 1, (words, said)
    assert "unexpected" not in said, (words, said)
    assert about[0].isprintable()
    return about[0]


@pytest.fixture
def closed(folder: Path) -> Path:
    (folder / "secret.json").write_text(json.dumps(RIGHT))
    (folder / "secret.json").chmod(0)
    (folder / "closed").mkdir()
    (folder / "closed" / "any.json").write_text(json.dumps(RIGHT))
    (folder / "closed").chmod(0)
    return folder


@pytest.mark.skipif(
    os.geteuid() == 0 and sys.platform != "linux", reason="root reads everything there"
)
def test_what_may_not_be_read_or_written_is_a_line(closed: Path) -> None:
    locked = closed / "locked"
    locked.mkdir()
    (locked / "old").write_text("old")
    locked.chmod(0o555)
    given = [
        *on("secret.json", *READING),
        *on("closed/any.json", *READING, *OF_FOLDERS),
        *on("closed", *OF_FOLDERS[1:]),
        *on("closed/new", *WRITING),
        *on("locked/new", *WRITING),
        *on("locked/old", *WRITING),
    ]
    try:
        ended = ended_without_powers(closed, given)
        assert [path.name for path in locked.iterdir()] == ["old"]
        assert (locked / "old").read_text() == "old"
    finally:
        for place in (locked, closed / "closed"):
            place.chmod(0o755)

    for words, (code, said) in zip(given, ended, strict=True):
        assert "Permission denied" in the_line(words, code, said), words


@pytest.mark.parametrize("words", [*READING, *OF_FOLDERS, *WRITING])
@pytest.mark.parametrize(
    "name", [("loop", "link"), ("loop/x", "link"), ("n" * 300, "too long")], ids=str
)
def test_a_loop_and_a_name_that_is_too_long_are_a_line(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    name: tuple[str, str],
) -> None:
    path, reason = name
    monkeypatch.chdir(folder)
    (folder / "loop").symlink_to("loop")
    (given,) = on(path, words)

    code = guarded(run, given)

    printed = capsys.readouterr()
    assert reason in the_line(given, code, printed.out + printed.err)


def test_without_git_no_revision_is_compared_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", str(folder))

    assert run(["review", "right.json", "--against", "main"]) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ecs-xray: --against main: must be")
    assert "git is not installed" in line


@pytest.mark.parametrize("words", [*READING, *OF_FOLDERS], ids=str)
def test_a_name_that_is_no_text_is_a_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    monkeypatch.chdir(folder)
    (given,) = on(os.fsdecode(b"caf\xe9.json"), words)

    code = guarded(run, given)

    printed = capsys.readouterr()
    assert "caf\ufffd.json" in the_line(given, code, printed.out + printed.err)


def test_files_with_names_that_are_no_text_are_read_and_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    given, page, rules = (os.fsdecode(name) for name in (b"\xff", b"\xfe", b"\xfd"))
    (folder / given).write_text(json.dumps(RIGHT))
    done = subprocess.run(
        [PROGRAM, "review", given, "--format", "sarif"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout.decode("utf-8"))
    assert run(["review", given, "-o", page]) == 0
    assert run(["rules", "import", "rules.json", "-o", rules]) == 0

    written = {os.fsencode(path.name) for path in folder.iterdir()}
    assert {b"\xff", b"\xfe", b"\xfd"} < written


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_REGION", b"\xff"),
        ("AWS_REGION", b"eu west"),
        ("AWS_PROFILE", b"\xff"),
        ("AWS_ENDPOINT_URL", b"\xff"),
        ("AWS_ENDPOINT_URL", b"http://[::1"),
        ("AWS_ACCESS_KEY_ID", b"\xff"),
        ("AWS_ACCESS_KEY_ID", b"a\nb"),
    ],
)
def test_a_variable_that_is_no_value_is_a_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: bytes,
) -> None:
    for name, text in (
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "0" * 12),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        # Nothing is sent that far: these are refused before, or by nobody on this port.
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        (variable, os.fsdecode(value)),
    ):
        monkeypatch.setenv(name, text)

    assert guarded(run, ["rules", "import", "account"]) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert "unexpected" not in line
    assert line.isprintable()
