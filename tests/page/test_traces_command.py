"""``ecs-xray traces``: what it refuses before it serves anything."""

from __future__ import annotations

import builtins
import os
import socket
from typing import Any

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.page.serving import Page
from tests.page.store import account_of, ask


@pytest.fixture(autouse=True)
def _nothing_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_it_wants_a_region(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["traces"]) == 2
    assert "a region is required. Pass --region or set AWS_REGION." in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "many"])
def test_a_port_is_a_number_that_a_port_can_have(port: str) -> None:
    assert run(["traces", "--port", port]) == 2


def test_it_wants_credentials(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["traces", "--region", "eu-central-1"]) == 2
    assert "AWS: credentials not found. Log in, or pass --profile." in capsys.readouterr().err


def test_it_names_the_extra_that_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "starlette":
            raise ImportError(name)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert run(["traces", "--region", "eu-central-1"]) == 2
    assert "pip install 'cdk-ecs-xray[page]'" in capsys.readouterr().err


def test_a_taken_port_is_said_and_a_chosen_one_is_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalAwsError, match="must be free"):
            Page(account_of([]), port=port)
    with Page(account_of([]), port=port) as page:
        assert page.url == f"http://127.0.0.1:{port}/"
        assert ask(page, "/traces")[0] == 200
    with pytest.raises(ConnectionError):
        ask(page, "/traces")
