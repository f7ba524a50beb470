"""What keeps `ecs-xray verify` from starting is one clear line and exit code 2."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run


@pytest.fixture
def stack_folder(tmp_path: Path) -> Callable[..., Path]:
    """Write a cloud assembly without Stages, with one stack."""

    def write(place: str = "unknown-account/unknown-region") -> Path:
        stack = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{place}",
            "properties": {"templateFile": "one.template.json", "stackName": "one"},
        }
        (tmp_path / "one.template.json").write_text(json.dumps({"Resources": {}}))
        manifest = {"version": "48.0.0", "artifacts": {"one": stack}}
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        return tmp_path

    return write


@pytest.fixture
def said(
    capsys: pytest.CaptureFixture[str], reads_well: Callable[[object], bool]
) -> Callable[..., str]:
    """Run the command, which cannot start, and return its one line."""

    def call(*arguments: str) -> str:
        assert run(["verify", *arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        (line,) = captured.err.splitlines()
        assert reads_well(line.removeprefix("ecs-xray: "))
        return line

    return call


def test_an_environment_that_is_not_there(assembly: Path, said: Callable[..., str]) -> None:
    line = said("--env", "qa", "--app", str(assembly))
    assert "got 'qa'). Choose one of: dev, prod" in line


def test_several_environments_and_none_named(assembly: Path, said: Callable[..., str]) -> None:
    assert "Choose one of: dev, prod" in said("--app", str(assembly))


def test_an_app_without_stages_has_no_environment(
    stack_folder: Callable[..., Path], said: Callable[..., str]
) -> None:
    line = said("--env", "dev", "--app", str(stack_folder()))
    assert "the app has no Stages" in line


def test_a_folder_that_is_no_assembly(tmp_path: Path, said: Callable[..., str]) -> None:
    assert "manifest.json" in said("--app", str(tmp_path))


def test_no_credentials(
    stack_folder: Callable[..., Path], said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    line = said("--app", str(stack_folder()))
    assert "credentials not found. Log in, or pass --profile." in line


def test_a_profile_that_is_not_there(
    stack_folder: Callable[..., Path], said: Callable[..., str]
) -> None:
    assert "(nobody)" in said("--app", str(stack_folder()), "--profile", "nobody")


def test_expired_credentials(
    stack_folder: Callable[..., Path], said: Callable[..., str], refuse: Callable[..., None]
) -> None:
    refuse("GetCallerIdentity", code="ExpiredToken")
    assert said("--app", str(stack_folder())).endswith("Log in again.")


def test_an_endpoint_where_nobody_answers(
    stack_folder: Callable[..., Path], said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert "network: AWS must be reachable" in said("--app", str(stack_folder()))


def test_an_account_that_refuses_even_its_name(
    stack_folder: Callable[..., Path], said: Callable[..., str], refuse: Callable[..., None]
) -> None:
    refuse("GetCallerIdentity")
    assert "AWS: the account must be readable" in said("--app", str(stack_folder()))


def test_credentials_of_another_account(
    stack_folder: Callable[..., Path], said: Callable[..., str]
) -> None:
    line = said("--app", str(stack_folder("333333333333/eu-west-1")))
    assert "must be of account 333333333333" in line
    assert "got 000000000000" in line


def test_no_region(
    stack_folder: Callable[..., Path], said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "--region" in said("--app", str(stack_folder()))


def test_without_boto3_the_cure_is_named(
    stack_folder: Callable[..., Path], said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)
    assert "pip install 'cdk-ecs-xray[verify]'" in said("--app", str(stack_folder()))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--minutes", "0"],
        ["--format", "yaml"],
        ["--format", "json", "--map-format", "svg"],
        ["--deadline", "soon"],
    ],
    ids=" ".join,
)
def test_options_that_cannot_be_meant(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Error: " in captured.err


def test_an_app_with_nothing_traced_does_not_pass(
    stack_folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", "--app", str(stack_folder())]) == 1
    text = capsys.readouterr().out
    assert "none of the stacks holds an ECS service with a collector" in text
    assert "ok " not in text.replace("0 ok", "")
