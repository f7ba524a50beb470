"""Environments as ten teams would write them: read, synthesized, linted and reviewed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.folder import read_environments
from cdk_ecs_xray.stacks.stage import EnvironmentStage

TEAMS = Path(__file__).parent / "teams"
BIN = Path(sys.prefix) / "bin"


@pytest.fixture(scope="module")
def teams() -> Mapping[str, Environment]:
    """The files, which hold nothing that is wrong."""
    return read_environments(TEAMS)


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory,
    assemble: Callable[..., Mapping[str, Any]],
    shipped_context: Mapping[str, object],
    teams: Mapping[str, Environment],
) -> Path:
    """One assembly of them all."""
    found = tmp_path_factory.mktemp("teams")

    def build(app: cdk.App) -> None:
        for environment in teams.values():
            EnvironmentStage(app, environment=environment, environments=teams)

    assemble(build, context=shipped_context, folder=found)
    return found


def run(*command: str | Path) -> str:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False
    )
    return done.stdout


def test_cfn_lint_finds_nothing(folder: Path, teams: Mapping[str, Environment]) -> None:
    templates = sorted(folder.rglob("*.template.json"))
    assert len(templates) >= sum(1 + len(one.services) for one in teams.values())

    assert json.loads(run(BIN / "cfn-lint", "--format", "json", *templates)) == []


def test_the_review_finds_no_error_and_every_app_is_connected(folder: Path) -> None:
    report = json.loads(run(BIN / "ecs-xray", "review", folder, "--format", "json"))

    assert [one for one in report["findings"] if one["severity"] == "error"] == []
    # What two teams asked for: a proxy of the app's alone, and the reference setup's container.
    assert {(one["stack"], one["id"]) for one in report["findings"]} == {
        ("core/ledger", "proxy-not-on-collector"),
        ("main/site", "essential-collector"),
        # Spans go to the endpoint for OpenTelemetry; another app turns Transaction Search on.
        ("nightly/cleanup", "transaction-search-needed"),
        ("nightly/invoices", "transaction-search-needed"),
    }
    outcomes = [app["outcome"] for task in report["tasks"] for app in task["apps"]]
    # One container a service, and a second one of the transcoder's; what ends is no app.
    assert outcomes == ["connected"] * 16
