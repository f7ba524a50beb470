"""``ecs-xray traces``: what it refuses before it serves anything."""

from __future__ import annotations

import builtins
import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.page.aws_reading import Calls
from cdk_ecs_xray.page.file_account import file_account
from cdk_ecs_xray.page.log_groups import groups_of_task_definitions
from cdk_ecs_xray.page.serving import Page
from cdk_ecs_xray.verify.connection import login_of, open_session
from tests.page.store import account_of, ask, signup


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


@pytest.mark.parametrize(
    ("profile", "command"),
    [("prod", "aws sso login --profile prod"), ("it's", "aws sso login --profile 'it'\"'\"'s'")],
)
def test_who_logged_in_by_identity_center_is_named_the_way_back(
    profile: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = tmp_path / "config"
    lines = [
        f'[profile "{profile}"]',
        *("sso_session = work", "sso_account_id = 123456789012", "sso_role_name = ReadOnly"),
        *("[profile keys]", "aws_access_key_id = a", "aws_secret_access_key = b"),
        *("[sso-session work]", "sso_start_url = https://example", "sso_region = eu-central-1"),
    ]
    configuration.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(configuration))

    assert login_of(open_session(profile=profile, region="eu-central-1")) == command
    assert login_of(open_session(profile="keys", region="eu-central-1")) == ""
    # Credentials of the environment come before those of the default profile.
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    assert login_of(open_session(profile=None, region="eu-central-1")) == ""


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


def written(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


SEGMENT = signup(1, 1_700_000_000.0, status=409)
LATER = signup(2, 1_700_200_000.0)
INFERRED = {**signup(3, 1_700_000_000.0), "inferred": True}


@pytest.mark.parametrize(
    "content",
    [
        {
            "Traces": [
                {
                    "Id": one["trace_id"],
                    "Segments": [
                        {"Id": part["id"], "Document": json.dumps(part)} for part in (one, INFERRED)
                    ],
                }
                for one in (SEGMENT, LATER)
            ],
            "UnprocessedTraceIds": [],
        },
        [{"id": one["trace_id"], "segments": [one]} for one in (SEGMENT, LATER)],
        [SEGMENT, LATER],
    ],
    ids=["batch-get-traces", "the page's JSON", "segments"],
)
def test_a_file_is_shown_whole_though_it_is_old(content: object, tmp_path: Path) -> None:
    account = file_account(written(tmp_path / "found.json", content))
    with Page(account) as page:
        _, _, text = ask(page, "/traces")
        assert "2 traces<" in text
        assert "ConditionalCheckFailedException" in text
        assert "data-events" not in text
        assert "<b>found.json</b>" in text
        assert ask(page, f"/traces/{SEGMENT['trace_id']}")[0] == 200
        assert "1 trace<" in ask(page, "/traces?q=error")[2]
        again = json.loads(ask(page, f"/traces/{SEGMENT['trace_id']}.json")[2])
        assert ask(page, "/map")[0] == 200
    assert again["segments"][0] == SEGMENT
    assert file_account(written(tmp_path / "again.json", again)).traces.documents(
        [SEGMENT["trace_id"]]
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "the file must be valid JSON"),
        ("[]", "traces not found"),
        (
            {"Traces": [{"Id": "1", "Segments": [{"Document": "{"}]}]},
            "entry 1, segment 1: a segment",
        ),
        (
            [{"id": "a"}, 5],
            "entry 2: a segment must have id, trace_id, name and start_time (got '5')",
        ),
        ("[" * 100_000, "the file must be nested less deeply"),
    ],
)
def test_a_file_without_traces_is_refused_with_the_place(
    content: object, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "found.json", content)
    assert run(["traces", "--file", str(path)]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert "found.json" in printed.err
    assert printed.out == ""


def test_a_file_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["traces", "--file", str(tmp_path / "none.json")]) == 2
    assert "none.json: not found. Check the path." in capsys.readouterr().err


def test_a_file_is_not_read_together_with_an_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "found.json", [SEGMENT])
    assert run(["traces", "--file", str(path), "--profile", "prod", "--log-group", "/x"]) == 2
    printed = capsys.readouterr().err
    assert "--file and --profile cannot be combined" in printed
    assert "--file and --log-group cannot be combined" in printed


def test_log_groups_are_those_of_each_container_of_a_task_definition() -> None:
    class Ecs:
        def client(self, _service: str) -> Ecs:
            return self

        def describe_task_definition(self, **asked: str) -> Any:
            log = {
                "logDriver": "awslogs",
                "options": {"awslogs-group": f"/{asked['taskDefinition']}"},
            }
            other = {"logDriver": "awsfirelens", "options": {"awslogs-group": "/other"}}
            containers = [{"logConfiguration": log}, {"logConfiguration": other}, {}]
            return {"taskDefinition": {"containerDefinitions": [*containers, *containers]}}

    session: Any = Ecs()
    found = groups_of_task_definitions(Calls(session=session), ["signup", "mail"])
    assert found == ["/signup", "/mail"]


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


def test_the_terminal_says_what_the_page_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Page, "wait", lambda _page: None)
    path = written(tmp_path / "fou\x1b[31mnd.json", [SEGMENT, LATER])
    assert run(["traces", "--file", str(path)]) == 0
    address, what = capsys.readouterr().out.splitlines()
    assert address.startswith("http://127.0.0.1:")
    assert what.endswith("nd.json: 2 traces, 1 not ok. Ctrl-C ends it.")
    assert "\x1b" not in what
