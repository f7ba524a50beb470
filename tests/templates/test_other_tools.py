"""Files of other tools are refused by what they are, with the command that prints what is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.errors import EcsXRayError, ReviewError
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.traced_text import trace_text
from cdk_ecs_xray.templates.assembly import read_stacks

DESCRIBE = "aws ecs describe-task-definition --task-definition "
SHOW = "terraform show -json"
ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:7"
HCL = 'resource "aws_ecs_task_definition" "shop" {\n  family = "shop"\n}\n'


def pulumi(family: Any) -> dict[str, Any]:
    """Return a resource of Pulumi's."""
    inputs = {"family": family, "containerDefinitions": "[]"}
    return {"urn": "urn:pulumi:dev::shop::x", "type": "x", "inputs": inputs}


EXPORT = {"version": 3, "deployment": {"resources": [pulumi("shop")]}}
PREVIEW = {"steps": [{"op": "create", "urn": "u", "newState": pulumi("shop")}]}
SECRET = {"4dabf18193072939515e22adb298388d": "1", "ciphertext": "s3cr3t"}
OTHERS: dict[str, tuple[str | dict[str, Any], str, str]] = {
    "a Pulumi export": (EXPORT, "a Pulumi stack export", f"{DESCRIBE}shop > task.json"),
    "a Pulumi preview": (PREVIEW, "a Pulumi preview", f"{DESCRIBE}shop > task.json"),
    "a secret family": (
        {"version": 3, "deployment": {"resources": [pulumi(SECRET)]}},
        "a Pulumi stack export",
        f"{DESCRIBE}FAMILY",
    ),
    "a family for a shell": (
        {"version": 3, "deployment": {"resources": [pulumi("$(rm -rf /)")]}},
        "a Pulumi stack export",
        f"{DESCRIBE}FAMILY",
    ),
    "services": (
        {"services": [{"taskDefinition": ARN}], "failures": []},
        "the answer of aws ecs describe-services",
        f"{DESCRIBE}{ARN} > task.json",
    ),
    "several services": (
        {"services": [{"taskDefinition": f"{ARN}{n}"} for n in range(5)], "failures": []},
        "describe-services",
        ", and so on",
    ),
    "no services": ({"services": [], "failures": [{}]}, "describe-services", f"{DESCRIBE}NAME"),
    "one service": ({"taskDefinition": ARN}, "names its task definition", f"{DESCRIBE}{ARN}"),
    "CDKTF": (
        {"//": {"metadata": {}}, "resource": {"aws_ecs_task_definition": {}}},
        "Terraform configuration",
        SHOW,
    ),
    "HCL": (HCL, "Terraform configuration", SHOW),
    "HCL in one line": ('resource "a" "b" {}', "Terraform configuration", SHOW),
    "a log": ('{"@level":"info","@message":"x"}\n{"@level":"info"}\n', "the log of", SHOW),
    "a state with something cut out": (
        {"version": 4, "terraform_version": "1.9.8", "resources": []},
        "a Terraform plan or state",
        SHOW,
    ),
    "an archive that is text": ("PK\x03\x04x", "a binary plan of Terraform", SHOW),
}


@pytest.mark.parametrize("name", OTHERS)
def test_each_is_refused_by_name_with_a_command(tmp_path: Path, name: str) -> None:
    content, words, command = OTHERS[name]
    file = tmp_path / "file.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))

    with pytest.raises(ReviewError) as refused:
        read_stacks(str(file))

    assert words in str(refused.value)
    assert command in str(refused.value)
    assert "s3cr3t" not in str(refused.value)


@pytest.mark.parametrize(
    "name", [name for name in OTHERS if "service" not in name and "archive" not in name]
)
def test_inject_refuses_each_by_name(name: str) -> None:
    content, words, _ = OTHERS[name]
    text = content if isinstance(content, str) else json.dumps(content)

    with pytest.raises(EcsXRayError) as refused:
        trace_text(text, where="file.json", options=TracingOptions(region="eu-west-1"))

    assert words in str(refused.value) or "must be valid JSON" in str(refused.value)


def test_a_binary_plan_is_refused_with_the_command(tmp_path: Path) -> None:
    file = tmp_path / "plan.bin"
    file.write_bytes(b"PK\x03\x04\x14\x00\x08\x00\xff\xfe")

    with pytest.raises(
        ReviewError, match="a zip archive, as terraform plan -out writes"
    ) as refused:
        read_stacks(str(file))

    assert SHOW in str(refused.value)


@pytest.mark.parametrize("name", ["main.tf", "cdk.tf.json"])
def test_a_folder_of_configuration_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")

    with pytest.raises(ReviewError, match="Terraform configuration") as refused:
        read_stacks(str(tmp_path))

    assert SHOW in str(refused.value)


def test_the_folder_of_cdktf_is_refused(tmp_path: Path) -> None:
    manifest = {"version": "0.21.0", "stacks": {"shop": {"name": "shop"}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(ReviewError, match="Terraform configuration"):
        read_stacks(str(tmp_path))


@pytest.mark.parametrize("content", [{"steps": []}, {"version": 3}, {"services": {}}, {"a": 1}])
def test_a_near_neighbor_is_not_called_pulumi(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "file.json"
    file.write_text(json.dumps(content))

    with pytest.raises(ReviewError) as refused:
        read_stacks(str(file))

    assert "Pulumi" not in str(refused.value)
