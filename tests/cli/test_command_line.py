"""The command `ecs-xray` in-process: help, exit codes, texts."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.errors import Problem


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A loopback port on which another program listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--help"], "local"),
        (["-h"], "Exit codes"),
        (["--version"], "ecs-xray, version "),
        (["local", "--help"], "deploy"),
        (["local", "deploy", "--help"], "--env"),
    ],
    ids=str,
)
def test_help_and_version_end_with_0(
    capsys: pytest.CaptureFixture[str], arguments: list[str], shown: str
) -> None:
    assert run(arguments) == 0
    assert shown in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["loacl"],
        ["--nope"],
        ["local", "stop"],
        ["local", "start", "--port", "65536"],
        ["local", "deploy", "--env", "dev", "--reference", "not-there"],
    ],
    ids=str,
)
def test_a_command_that_cannot_be_meant_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Error: " in captured.err


@pytest.mark.parametrize("server", ["many", "0", "http://example.org:80", ""])
def test_a_server_that_cannot_be_meant_ends_with_2(
    capsys: pytest.CaptureFixture[str], server: str
) -> None:
    assert run(["local", "stop", server]) == 2
    assert f"the folder of its run (got '{server}')" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["review", "no; where", "--format", "json"],
        ["rules", "explain", "GET", "/", "--rules", "no; where", "--format=json"],
        ["verify", "--app", "no; where", "--format", "json"],
    ],
    ids=str,
)
def test_a_program_gets_the_parts_of_a_problem(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2

    captured = capsys.readouterr()
    (parts,) = json.loads(captured.out)["problems"]
    assert set(parts) == {"where", "what", "got", "fix"}
    assert parts["where"] == "no; where"
    assert captured.err == f"ecs-xray: {Problem(**parts)}\n"


def test_a_folder_without_cdk_json_is_unusable_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["local", "deploy", "--env", "dev", "--app", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"ecs-xray: {tmp_path}: cdk.json not found. Run the command in a CDK project.\n"
    )


def test_a_taken_port_is_a_failure(capsys: pytest.CaptureFixture[str], taken_port: int) -> None:
    assert run(["local", "start", "--port", str(taken_port)]) == 1
    text = capsys.readouterr().err
    assert f"got {taken_port} " in text
    assert "Traceback" not in text


def test_a_server_that_is_not_ours_is_not_stopped(
    capsys: pytest.CaptureFixture[str], taken_port: int
) -> None:
    assert run(["local", "stop", str(taken_port)]) == 1
    assert f"on port {taken_port}" in capsys.readouterr().err
    with socket.create_connection(("127.0.0.1", taken_port)):
        pass


@pytest.mark.parametrize("module", ["boto3", "ministack"])
def test_without_the_extra_the_fix_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], module: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)

    assert run(["local", "start"]) == 2
    assert "pip install 'cdk-ecs-xray[local]'" in capsys.readouterr().err


def test_without_click_the_fix_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cdk_ecs_xray.cli import main

    monkeypatch.setitem(__import__("sys").modules, "click", None)

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1
    assert "pip install 'cdk-ecs-xray[cli]'" in capsys.readouterr().err
