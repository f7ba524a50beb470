"""`ecs-xray verify` after a real `cdk deploy`: all green, then one fault after the other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cdk_ecs_xray.cli.commands import run
from tests.end_to_end.verify.traffic import NAME, STACK

if TYPE_CHECKING:
    from tests.end_to_end.verify.conftest import Verified

# On a busy machine the first test's traces are more than 10 minutes old when the last one looks.
LOOK_BACK = ("--minutes", "360")


def test_without_requests_the_missing_traces_and_polls_are_named(unused: tuple[int, str]) -> None:
    code, text = unused
    assert code == 1
    failed = [line for line in text.splitlines() if line.startswith("failed")]
    assert [line.split()[1] for line in failed] == ["sampling", "traces"]
    assert "no SDK asked for a sampling decision" in failed[0]
    assert f"traces of {NAME}: none arrived in the last 10 minutes" in failed[1]
    assert "[traces] ecs-xray docs traces" in text


@pytest.mark.usefixtures("used")
def test_after_requests_all_is_well(verify: Callable[..., Verified]) -> None:
    verified = verify("--send-test-trace")

    assert verified.failed() == {}
    assert verified.not_checked() == {}
    assert verified.code == 0
    assert verified.document["result"] == "ok"
    checks = [check["check"] for check in verified.document["checks"]]
    assert list(dict.fromkeys(checks)) == [
        "stacks", "drift", "task-definition", "tasks", "log-groups", "permissions", "sampling",
        "collector-logs", "sampling-polls", "traces", "test-trace",
    ]  # fmt: skip
    (polls,) = verified.of("sampling-polls")
    assert "dev-checkout 1" in polls["what"]
    (test_trace,) = verified.of("test-trace")
    assert "not the collector" in test_trace["what"]
    traces = {trace["request"]: trace for trace in verified.document["traces"]}
    fine, broken = traces["GET http://ledger/checkout/1"], traces["GET http://ledger/checkout/2"]
    assert (fine["status"], fine["http_status"], fine["error"]) == ("ok", 200, "")
    assert (broken["status"], broken["http_status"]) == ("fault", 500)
    assert broken["error"] == "the table does not answer"
    assert fine["duration"] > 0
    assert [
        (service["from"]["name"], service["to"]["name"], service["calls"], service["fault"])
        for service in verified.document["service_map"]
    ] == [("client", NAME, 2, 1), (NAME, "DynamoDB", 2, 1)]


@pytest.mark.usefixtures("used")
def test_people_get_traces_and_the_map(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--env", "dev", "--app", str(assembly), *LOOK_BACK]) == 0
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "500 GET http://ledger/checkout/2  the table does not answer" in text
    assert f"└── {NAME}  2 calls" in text
    assert text.splitlines()[-1].endswith("ok, 0 failed, 0 not checked")


@pytest.mark.usefixtures("used")
def test_the_command_of_the_page_about_missing_traces_works(
    assembly: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (repository / "docs" / "fix" / "no-traces.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^ecs-xray (verify .*)$", page, re.MULTILINE)
    monkeypatch.chdir(assembly.parent)
    assert run([*command.split(), *LOOK_BACK]) == 0


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize(("kind", "start"), [("mermaid", "flowchart LR"), ("svg", "<svg ")])
def test_a_drawn_map_is_alone_on_standard_output(
    assembly: Path, capsys: pytest.CaptureFixture[str], kind: str, start: str
) -> None:
    assert (
        run(["verify", "--env", "dev", "--app", str(assembly), "--map-format", kind, *LOOK_BACK])
        == 0
    )
    captured = capsys.readouterr()
    assert captured.out.startswith(start)
    assert "DynamoDB" in captured.out
    assert "0 failed" in captured.err


@pytest.mark.usefixtures("used")
def test_a_template_that_was_not_deployed_is_found_with_its_fields(
    verify: Callable[..., Verified], assembly: Path, tmp_path: Path
) -> None:
    newer = tmp_path / "cdk.out"
    shutil.copytree(assembly, newer)
    (template,) = (newer / "assembly-dev").glob("*ledgerwatcher*.template.json")
    template.write_text(template.read_text().replace("daemon:3.6.6", "daemon:3.6.7"))
    verified = verify("--no-drift", folder=newer)

    failed = verified.failed()
    assert failed.keys() == {"stacks", "task-definition"}
    assert "of another template" in failed["stacks"]
    image = "public.ecr.aws/xray/aws-xray-daemon"
    assert (
        f"containerDefinitions.fq-dev-xray.image is {image}:3.6.6, synthesized {image}:3.6.7"
        in failed["task-definition"]
    )


def test_an_account_without_the_stacks_says_so(
    verify: Callable[..., Verified], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "222222222222")
    verified = verify()

    failed = verified.failed()
    assert f"stack {STACK}: is not in 222222222222" in failed["stacks"]
    assert failed.keys() >= {"stacks", "task-definition", "tasks", "log-groups", "sampling"}
    assert "ok" not in {check["status"] for check in verified.document["checks"]}
