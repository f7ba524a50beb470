"""A task that inject gave Application Signals: connected, and one note that can be acted on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run

TASK = {
    "family": "web",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "512",
    "memory": "1024",
    "taskRoleArn": "arn:aws:iam::111122223333:role/web",
    "executionRoleArn": "arn:aws:iam::111122223333:role/start",
    "containerDefinitions": [{"name": "web", "image": "app:1"}],
}


def test_review_knows_the_agent_its_ports_and_what_keeps_others_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "task.json").write_text(json.dumps(TASK))
    traced = str(tmp_path / "traced.json")
    options = ["--instrument", "node", "--application-signals", "--region", "eu-west-1"]
    arguments = ["inject", str(tmp_path / "task.json"), *options, "--no-log", "-o", traced]
    assert run(arguments) == 0
    capsys.readouterr()

    assert run(["review", traced, "--format", "json"]) == 0

    found = capsys.readouterr().out
    assert "http://127.0.0.1:4316/v1/traces" in found
    assert [one["id"] for one in json.loads(found)["findings"]] == ["proxy-open"]
    assert "Keep others from TCP 2000 in the security group" in found
