"""What is read from a Terraform state, and what is refused by its name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.adopt import read_state
from cdk_ecs_xray.errors import ConfigurationError
from tests.adopt.terraform_states import resource, state


def written(folder: Path, content: object) -> Path:
    path = folder / "terraform.tfstate"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_addresses_are_those_of_terraform_state_list(tmp_path: Path) -> None:
    counted = resource("aws_iam_role", "task", {"name": "a"}, {"name": "b"})
    for position, instance in enumerate(counted["instances"]):
        instance["index_key"] = position
    each = resource("aws_iam_role", "task", {"name": "c"}, module='module.shop["eu"]')
    each["instances"][0]["index_key"] = 'the "first"'
    content = state(counted, each, resource("aws_iam_role", "one", {"name": "d"}))

    assert [one.address for one in read_state(written(tmp_path, content))] == [
        "aws_iam_role.task[0]",
        "aws_iam_role.task[1]",
        'module.shop["eu"].aws_iam_role.task["the \\"first\\""]',
        "aws_iam_role.one",
    ]


def test_data_and_deposed_instances_are_not_managed(tmp_path: Path) -> None:
    data = resource("aws_iam_role", "looked_up", {"name": "a"}, mode="data")
    deposed = resource("aws_iam_role", "old", {"name": "b"})
    deposed["instances"][0]["deposed"] = "00000001"

    assert list(read_state(written(tmp_path, state(data, deposed)))) == []


def test_what_is_sensitive_is_known_by_its_first_step(tmp_path: Path) -> None:
    one = resource("aws_ecs_task_definition", "this", {"family": "a"})
    one["instances"][0]["sensitive_attributes"] = [
        [{"type": "get_attr", "value": "container_definitions"}],
        [{"type": "get_attr", "value": "tags"}, {"type": "index", "value": "x"}],
    ]

    (found,) = read_state(written(tmp_path, state(one)))

    assert found.sensitive == {"container_definitions", "tags"}


@pytest.mark.parametrize(
    ("content", "got"),
    [
        ({"format_version": "1.2", "planned_values": {}}, "a plan, as 'terraform show -json PLAN'"),
        ({"resource_changes": []}, "a plan"),
        ({"format_version": "1.0", "values": {}}, "what 'terraform show -json' prints"),
        ({"version": 3, "modules": []}, "version 3"),
        ({"version": "4", "resources": []}, "version '4'"),
        ({}, "no version"),
        ({"version": 4, "resources": {}}, "no list of resources"),
        ("[]", "no JSON object"),
        ("PK\x03\x04", "no JSON object"),
        ('resource "aws_iam_role" "x" {}', "no JSON object"),
        ("", "no JSON object"),
    ],
)
def test_what_is_no_state_is_called_what_it_is(tmp_path: Path, content: object, got: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_state(written(tmp_path, content))

    (problem,) = raised.value.problems
    assert problem.what == "the file must be a Terraform state of version 4"
    assert str(problem.got).startswith(got)
    assert "terraform state pull" in problem.fix


@pytest.mark.parametrize(
    "broken",
    [
        "text",
        {"mode": "managed", "type": "aws_iam_role", "name": "x"},
        {"mode": "managed", "type": 1, "name": "x", "instances": []},
        {"mode": "managed", "type": "a", "name": "x", "instances": [1]},
        {"mode": "managed", "type": "a", "name": "x", "instances": [{"attributes": None}]},
    ],
)
def test_a_broken_state_is_refused_with_all_its_places(tmp_path: Path, broken: Any) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_state(written(tmp_path, state(broken, resource("a", "b", {}), broken)))

    assert len(raised.value.problems) == 2
    assert "resource 1" in str(raised.value.problems[0])
    assert "resource 3" in str(raised.value.problems[1])


def test_broken_json_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="must be valid JSON"):
        read_state(written(tmp_path, '{"version": 4,'))
    with pytest.raises(ConfigurationError, match=r"not found\. Check the path"):
        read_state(tmp_path / "none.tfstate")
