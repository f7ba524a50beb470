"""``make demo``'s program, whole: the real cdk, the real SDK, a real web server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path("examples") / "signup" / "demo.py"


@pytest.fixture(scope="module")
def printed(repository: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(DEMO)],
        cwd=repository,
        env={**os.environ, "KEEP": "0", "COLUMNS": "200", "XRAY_DAEMON": "relay"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_signup_is_a_trace_and_duplicates_say_why(printed: str) -> None:
    assert "20 signups, each tenth a duplicate: 18 x 201, 2 x 409" in printed
    rows = re.findall(
        r"^1-[0-9a-f]{8}-[0-9a-f]{24} +(\d+) +POST /signup +\d+ ms *(.*)$", printed, re.MULTILINE
    )
    assert len(rows) == 20
    causes = [cause.strip() for status, cause in rows if status == "409"]
    assert causes == ["ConditionalCheckFailedException in dynamodb"] * 2
    assert [cause for status, cause in rows if status == "201" and cause.strip()] == []


def test_the_map_has_the_client_the_service_and_what_it_calls(printed: str) -> None:
    _, _, drawn = printed.partition("Map\n")

    assert re.search(r"client → signup \(service\): 20 calls, \d+ ms, 2 errors", drawn)
    assert re.search(r"signup → Signup-\S+ \(AWS::DynamoDB::Table\): 20 calls, ", drawn)
    assert re.search(r"signup → sns \(AWS::sns\): 18 calls, ", drawn)


def test_it_says_that_its_collector_is_a_stand_in(printed: str) -> None:
    assert "the kit's relay on 127.0.0.1:" in printed
    assert "a stand-in for the X-Ray daemon" in printed


def test_the_page_shows_what_it_prints(printed: str, repository: Path) -> None:
    page = (repository / "docs" / "local.md").read_text(encoding="utf-8")
    (shown,) = [
        block
        for block in re.findall(r"^```text\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
        if "20 traces" in block
    ]

    # How long it took says more of the machine than of the demo.
    *told, took = without_chance(printed)
    assert took == "TIME"
    assert [line for line in without_chance(shown) if line] == [line for line in told if line]


def without_chance(text: str) -> list[str]:
    """What is the same in every run: not ids, ports, times, or the lines' ends."""
    for pattern, name in (
        (r"1-[0-9a-f]{8}-[0-9a-f]{24}", "ID"),
        (r"127\.0\.0\.1:\d+", "ADDRESS"),
        (r"\d+ m?s\b", "TIME"),
        (r"Signup-Signups\S+", "TABLE"),
    ):
        text = re.sub(pattern, name, text)
    return [" ".join(line.split()) for line in text.strip().splitlines()]
