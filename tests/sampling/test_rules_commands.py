"""``ecs-xray rules`` as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.rules_files import Outcome

Run = Callable[..., Outcome]
CHECKOUT = {"name": "checkout", "priority": 100, "fixed_rate": 0.5, "url_path": "/checkout/*"}
SEARCH = {"name": "search", "priority": 200, "fixed_rate": 1, "host": "s.example.com"}


def test_check_exits_with_1_for_findings_and_with_2_for_no_rules(
    write_rules: Any, ecs_xray: Run
) -> None:
    write_rules(CHECKOUT | {"attributes": {"tier": "gold"}})
    warned = ecs_xray("rules", "check")
    assert warned.code == 0
    assert warned.out.startswith("warning: sampling/rules.yaml, rule 'checkout': ")
    first, hint = warned.out.splitlines()
    assert first.endswith("[sampling-skipped-by-sdks]")
    assert hint == "About each: ecs-xray docs ID"
    assert ecs_xray("rules", "check", "--fail-on", "warning").code == 1

    write_rules(CHECKOUT | {"fixed_rate": 5})
    outcome = ecs_xray("rules", "check", "--format", "json")
    assert outcome.code == 2
    assert json.loads(outcome.out)["findings"] == [
        {
            "id": "sampling-out-of-range",
            "severity": "error",
            "where": "sampling/rules.yaml, rule 'checkout'",
            "what": "fixed_rate must be between 0 and 1",
            "got": "5",
            "fix": "For 5 %, write 0.05.",
        }
    ]


def test_check_knows_which_environments_share_an_account(write_rules: Any, ecs_xray: Run) -> None:
    write_rules(CHECKOUT)

    assert "no findings" in ecs_xray("rules", "check", "--env", "dev").out
    shared = ecs_xray("rules", "check", "--env", "dev", "--env", "prod")
    assert shared.out.count("[sampling-other-environments]") == 2


def test_explain_says_who_wins_and_why_the_others_do_not(write_rules: Any, ecs_xray: Run) -> None:
    pay = CHECKOUT | {"name": "pay", "priority": 300, "url_path": "/checkout/pay"}
    write_rules(CHECKOUT, SEARCH, pay)

    lines = ecs_xray("rules", "explain", "GET", "https://example.com/checkout/pay?x=1").out

    assert "→   100  checkout  matches url_path '/checkout/*'" in lines
    assert "search    host 's.example.com' does not match 'example.com'" in lines
    assert "pay       matches, but 'checkout' comes first" in lines
    assert lines.splitlines()[-1].startswith("checkout decides: the first 0 a second, then 0.5")


@pytest.mark.parametrize("url", ["https://[::1/x", "http://[", "x" * 5_000])
def test_explain_takes_any_url_without_a_traceback(
    write_rules: Any, ecs_xray: Run, url: str
) -> None:
    write_rules(CHECKOUT)

    outcome = ecs_xray("rules", "explain", "GET", url)

    assert outcome.code == (2 if "[" in url else 0)
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "rules simulate: traffic is required. Pass log files, or one of"),
        (
            ("a.log", "--from-counts", "b"),
            "rules simulate: log files and --from-counts cannot be combined. Keep one.",
        ),
        (("nope.log",), "nope.log: not found. Check the path."),
        (("--rps", "1", "--rules", "nope.yaml"), "nope.yaml"),
        (("nope.log", "--fields", "time"), "--fields: must be PART=FIELD"),
    ],
)
def test_bad_input_is_a_line_and_exit_2(
    write_rules: Any, ecs_xray: Run, arguments: tuple[str, ...], expected: str
) -> None:
    write_rules(CHECKOUT)

    outcome = ecs_xray("rules", "simulate", *arguments)

    assert outcome.code == 2
    assert outcome.out == ""
    assert expected in outcome.err


def test_the_commands_start_without_what_they_do_not_need() -> None:
    heavy = ("pydantic", "yaml", "duckdb", "rich", "jsii", "aws_cdk", "boto3", "polars")
    script = (
        "import sys; from cdk_ecs_xray.cli.commands import run\n"
        "assert run(['rules', '--help']) == 0 and run(['rules', 'simulate', '--help']) == 0\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )

    printed = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )

    assert printed.stdout.splitlines()[-1] == "[]"


def test_schema_is_printed(ecs_xray: Run) -> None:
    assert json.loads(ecs_xray("rules", "schema").out)["title"] == "X-Ray sampling rules"
