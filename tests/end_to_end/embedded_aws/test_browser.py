"""Pages in a real browser that try to use the AWS emulator, and what they leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws

PROGRAM = Path(__file__).with_name("open_pages.mjs")
SITES = ("another site", "a server on this machine", "a rebound name")


@pytest.fixture(scope="module")
def attempts(
    running_aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Any]:
    """What each page tried and what came of it."""
    running_aws.reset()
    running_aws.client("logs").create_log_group(logGroupName="/kept")
    folder = tmp_path_factory.mktemp("browser")
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "node"), str(PROGRAM), str(running_aws.port)],
        env={"PATH": os.defpath, "TMPDIR": str(folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("site", SITES)
def test_the_page_s_requests_arrive_and_are_refused(attempts: Mapping[str, Any], site: str) -> None:
    """The browser did send them: it is the server that says no."""
    statuses = attempts[site]["statuses"]
    sent = {name: status for name, status in statuses.items() if name.startswith("POST /")}
    assert {"POST /", "POST /_ministack/reset", "POST /_ecs_xray/reset"} <= set(sent)
    assert set(sent.values()) == {403}


@pytest.mark.parametrize("site", SITES[:2])
def test_the_page_can_read_nothing(attempts: Mapping[str, Any], site: str) -> None:
    found = attempts[site]["found"]
    assert {response["type"] for response in found.values()} <= {"opaque", "error"}
    assert found["readable get"]["type"] == "error"
    assert found["websocket"]["type"] == "error"


def test_a_page_whose_name_leads_here_reads_refusals_only(attempts: Mapping[str, Any]) -> None:
    found = attempts["a rebound name"]["found"]
    assert found["websocket"]["type"] == "error"
    for name in ("readable get", "readable post", "signed by guess"):
        assert found[name]["status"] == 403
        assert "Host must be one of" in found[name]["text"]


def test_the_pages_have_changed_nothing(
    attempts: Mapping[str, Any], running_aws: EmbeddedAws
) -> None:
    assert attempts
    groups = running_aws.client("logs").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/kept"]
    assert running_aws.client("iam").list_users()["Users"] == []
    assert running_aws.client("lambda").list_functions()["Functions"] == []
