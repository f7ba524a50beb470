"""Layouts and answers that need care: what goes, what is empty, what would be misread."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdk_ecs_xray import EcsXRayError, XRayDaemon
from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.inject import TracingOptions, policy, trace_text

HERE = TracingOptions(region="us-east-1", writes_log=False)


def test_a_yaml_answer_is_lifted_and_loses_what_cannot_be_registered() -> None:
    text = """\
tags:
- key: team
  value: web
taskDefinition:
  revision: 7
  family: web   # stays
  requiresAttributes:
  - name: com.amazonaws.ecs.capability.task-iam-role
  containerDefinitions:
  - name: web
    image: nginx:1
    command:
    - |
      echo one
      echo two
  status: ACTIVE
  taskDefinitionArn: arn:aws:ecs:eu-north-1:111122223333:task-definition/web:7
"""
    result = trace_text(text, where="a.yaml", options=TracingOptions(writes_log=False)).text

    found = yaml.safe_load(result)
    assert list(found) == ["family", "containerDefinitions", "tags"]
    assert found["tags"] == [{"key": "team", "value": "web"}]
    app, sidecar = found["containerDefinitions"]
    assert app["command"] == ["echo one\necho two\n"]
    assert {"name": "AWS_REGION", "value": "eu-north-1"} in sidecar["environment"]
    assert result.startswith("family: web   # stays\n")


@pytest.mark.parametrize(
    "text",
    [
        '{"status": "ACTIVE", "family": "f", "containerDefinitions": [{"name": "a"}]}',
        '{"family": "f", "status": "ACTIVE", "containerDefinitions": [{"name": "a"}]}',
        '{"family": "f", "containerDefinitions": [{"name": "a"}], "revision": 1, "status": "X"}',
    ],
)
def test_read_only_fields_go_from_anywhere(text: str) -> None:
    result = json.loads(trace_text(text, where="a.json", options=HERE).text)

    assert list(result) == ["family", "containerDefinitions"]


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_keys_without_a_value_are_filled(name: str) -> None:
    container = {"name": "a", "image": "i", "environment": None, "links": None, "secrets": None}
    text = json.dumps({"containerDefinitions": [container]}, indent=2)
    if name == "a.yaml":
        text = text.replace('"environment": null', '"environment": ')

    found = yaml.safe_load(trace_text(text, where=name, options=HERE).text)

    app = found["containerDefinitions"][0]
    assert app["links"] == ["xray-daemon"]
    assert app["environment"][0]["name"] == "AWS_XRAY_DAEMON_ADDRESS"
    assert app["secrets"] is None


def test_a_block_without_values_is_filled_where_it_stands() -> None:
    text = "containerDefinitions:\n- name: a\n  environment:\n  links: ~  # none\n  image: i"

    result = trace_text(text, where="a.yaml", options=HERE).text

    app = yaml.safe_load(result)["containerDefinitions"][0]
    assert list(app) == ["name", "environment", "links", "image", "dependsOn"]
    assert app["links"] == ["xray-daemon"]
    assert "# none" in result


def test_a_layout_that_would_be_misread_is_refused() -> None:
    # The blank lines belong to the text, so what is added would have to stand behind them.
    text = "containerDefinitions:\n- name: a\n  image: i\n  command:\n  - |+\n    run\n\n\n"

    with pytest.raises(EcsXRayError, match="laid out so that it can be added to"):
        trace_text(text, where="a.yaml", options=HERE)


def test_values_that_come_later_are_named() -> None:
    task = {
        "cpu": "256",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "runtimePlatform": {"operatingSystemFamily": "${OS}"},
        "containerDefinitions": [
            {
                "name": "a",
                "memory": "${MEMORY}",
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {"awslogs-group": "/a", "awslogs-region": "us-east-1"},
                },
            }
        ],
    }

    result = trace_text(json.dumps(task), where="a.json", options=TracingOptions())

    assert [warned.id for warned in result.injection.warnings] == [
        "ecs-xray:not-checked",
        "ecs-xray:not-checked",
        "ecs-xray:no-task-role",
        "ecs-xray:no-execution-role",
    ]


def test_the_first_of_several_log_groups_is_taken_with_a_warning() -> None:
    containers = [
        {
            "name": name,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": group, "awslogs-region": "us-east-1"},
            },
        }
        for name, group in (("a", "/z"), ("b", "/b"))
    ]
    text = json.dumps({"containerDefinitions": containers})

    result = trace_text(text, where="a.json", options=TracingOptions())

    sidecar: Any = result.injection.sidecar
    assert sidecar["logConfiguration"]["options"]["awslogs-group"] == "/b"
    assert "ecs-xray:log-group-chosen" in [warned.id for warned in result.injection.warnings]


def test_the_policy_has_the_role_that_the_collector_assumes() -> None:
    options = TracingOptions(
        collector=XRayDaemon(role_arn="arn:aws:iam::444455556666:role/traces"),
        region="us-east-1",
        writes_log=False,
    )
    injection = trace_text(
        '{"containerDefinitions": [{"name": "a"}]}', where="a.json", options=options
    ).injection

    assert injection.description is not None
    assert policy(injection.description)["Statement"][1] == {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": "arn:aws:iam::444455556666:role/traces",
    }


def test_a_byte_order_mark_goes_and_a_missing_line_end_shows(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"containerDefinitions": [{"name": "a"}]}')

    arguments = ["inject", str(path), "--region", "us-east-1", "--no-log"]
    assert run([*arguments, "--diff"]) == 0
    assert b"\\ No newline at end of file" in capfdbinary.readouterr().out
    assert run([*arguments, "--in-place"]) == 0
    assert path.read_bytes().startswith(b'{"containerDefinitions"')
