"""``inject`` with Application Signals: added, added once, and taken out to the last byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray import CloudWatchAgent
from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.inject import TracingOptions, policy, trace_text, untrace_text
from tests.instrumentation.test_application_signals import GROUP, METRICS, SIGNALS

OPTIONS: dict[str, Any] = {"region": "eu-west-1", "writes_log": False}


@pytest.mark.parametrize("language", SIGNALS)
def test_inject_adds_them_once_and_takes_them_out_to_the_last_byte(language: str) -> None:
    content = {
        "networkMode": "bridge",
        "containerDefinitions": [{"name": "web", "image": "app:1", "memory": 64}],
    }
    text = json.dumps(content, indent=2) + "\n"
    options = TracingOptions(collector=CloudWatchAgent(), instrument=SIGNALS[language], **OPTIONS)

    traced = trace_text(text, where="task.json", options=options)

    assert '"value": "http://cloudwatch-agent:4316/v1/metrics"' in traced.text
    assert trace_text(traced.text, where="task.json", options=options).text == traced.text
    assert untrace_text(traced.text, where="task.json").text == text
    assert traced.injection.description is not None
    statements = policy(traced.injection.description)["Statement"]
    assert statements[1]["Resource"] == f"arn:*:logs:*:*:log-group:{GROUP}:*"


def test_an_endpoint_of_the_users_own_stays() -> None:
    own = "http://collector.internal:4316/v1/metrics"
    container = {"name": "web", "image": "app:1", "environment": [{"name": METRICS, "value": own}]}
    text = json.dumps({"networkMode": "awsvpc", "containerDefinitions": [container]})
    options = TracingOptions(collector=CloudWatchAgent(), instrument=SIGNALS["python"], **OPTIONS)

    traced = trace_text(text, where="task.json", options=options)

    pairs = json.loads(traced.text)["containerDefinitions"][0]["environment"]
    assert [one["value"] for one in pairs if one["name"] == METRICS] == [own]
    assert any(METRICS in str(one.problem) for one in traced.injection.warnings)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--instrument", "python", "--application-signals"], 0, "4316/v1/metrics"),
        (
            ["--instrument", "python", "--application-signals", "--collector", "adot"],
            2,
            "must have a collector that takes them (got aws-otel-collector)",
        ),
        (["--application-signals"], 2, "--application-signals requires --instrument"),
    ],
    ids=["alone", "adot", "nothing-instrumented"],
)
def test_the_option_of_inject(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    file, traced = tmp_path / "task.json", tmp_path / "traced.json"
    task = {"networkMode": "awsvpc", "containerDefinitions": [{"name": "web", "image": "app:1"}]}
    file.write_text(json.dumps(task))

    found = run(
        ["inject", str(file), *arguments, "--region", "eu-west-1", "--no-log", "-o", str(traced)]
    )

    output = capsys.readouterr()
    assert found == code, output
    assert said in (traced.read_text() if code == 0 else output.err)
    assert traced.exists() is (code == 0)
