"""``ecs-xray inject --exporter``: the way that traces leave, its actions, and its warning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run

TASK = {
    "family": "web",
    "taskRoleArn": "arn:aws:iam::111122223333:role/web",
    "containerDefinitions": [{"name": "web", "image": "nginx:1"}],
}
HERE = ("--region", "eu-west-1", "--no-log")


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A task definition in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "task.json"
    path.write_text(json.dumps(TASK, indent=2) + "\n")
    return path


def test_an_exporter_brings_its_actions(task: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spans = ["--collector", "adot", "--exporter", "both"]
    assert run(["inject", str(task), *HERE, *spans, "--format", "json", "--diff"]) == 0
    (statement,) = json.loads(capsys.readouterr().out)["policy"]["Statement"]
    assert statement["Action"][-2:] == ["xray:PutSpans", "xray:PutSpansForIndexing"]
    assert run(["inject", str(task), *HERE, *spans, "-o", "traced.json"]) == 0
    assert "https://xray.eu-west-1.amazonaws.com/v1/traces" in Path("traced.json").read_text()


@pytest.mark.parametrize("exporter", ["otlp", "both"])
def test_the_daemon_sends_one_way(
    task: Path, exporter: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["inject", str(task), "--exporter", exporter]) == 2
    assert "--exporter must be xray with collector xray-daemon" in capsys.readouterr().err


def test_an_essential_collector_of_spans_is_warned_of(
    task: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spans = ["--collector", "adot", "--exporter", "otlp"]
    assert run(["inject", str(task), *HERE, *spans, "--profile", "terraform"]) == 0
    assert "essential must be false for a collector that sends spans" in capsys.readouterr().err
    assert run(["inject", str(task), *HERE, *spans]) == 0
    assert "essential must be false" not in capsys.readouterr().err
