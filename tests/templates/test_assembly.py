"""One reader of cloud assemblies and of task definitions in every form the AWS CLI has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.local.cdk_project import targets_of
from cdk_ecs_xray.local.place import Target
from cdk_ecs_xray.templates.assembly import read_stacks
from cdk_ecs_xray.templates.stages import environments_of, stacks_of
from cdk_ecs_xray.templates.template import read_template

STACK = "aws:cloudformation:stack"
CONTAINERS = [{"name": "web", "image": "web:1", "environment": [{"name": "A", "value": "b"}]}]


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """Two Stages; one has a nested stack, and a stack with an account and region of its own."""

    def artifact(file: str, environment: str, **properties: str) -> dict[str, Any]:
        return {
            "type": STACK,
            "environment": environment,
            "properties": {"templateFile": file, **properties},
        }

    nested = {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": "n.json"}}
    for stage in ("dev", "prod"):
        folder = tmp_path / f"assembly-{stage}"
        folder.mkdir()
        (folder / "one.json").write_text(json.dumps({"Resources": {"Nested": nested}}))
        (folder / "n.json").write_text(json.dumps({"Resources": {}}))
        (folder / "two.json").write_text(json.dumps({"Resources": {}}))
        artifacts = {
            "one": artifact(
                "one.json", "aws://unknown-account/unknown-region", stackName=f"{stage}-one"
            ),
            "two": artifact("two.json", "aws://111122223333/eu-west-1"),
        }
        (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    stages = {
        f"assembly-{stage}": {
            "type": "cdk:cloud-assembly",
            "displayName": stage,
            "properties": {"directoryName": f"assembly-{stage}"},
        }
        for stage in ("dev", "prod")
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": stages}))
    return tmp_path


def test_review_verification_and_the_local_trial_see_the_same_stacks(assembly: Path) -> None:
    sources = read_stacks(str(assembly))
    own = [source for source in sources if source.parent is None]

    assert [source.name for source in sources if source.parent is not None] == [
        "dev-one-Nested",
        "prod-one-Nested",
    ]
    assert environments_of(assembly) == ["dev", "prod"]
    assert [stack.name for stack in stacks_of(assembly, environment="dev")] == [
        stack.name for stack in own if stack.environment == "dev"
    ]
    names = {
        target: [stack.name for stack in stacks] for target, stacks in targets_of(assembly).items()
    }
    assert names == {
        Target(account="000000000000", region="us-east-1"): ["dev-one", "prod-one"],
        Target(account="111122223333", region="eu-west-1"): ["two", "two"],
    }


@pytest.mark.parametrize(
    "content",
    [
        {"containerDefinitions": CONTAINERS},
        {"taskDefinition": {"containerDefinitions": CONTAINERS, "revision": 7}, "tags": []},
        CONTAINERS,
    ],
    ids=["registered", "described", "containers"],
)
def test_a_task_definition_is_read_in_every_form_the_aws_cli_has(content: Any) -> None:
    template = read_template(json.dumps(content), where="task.json")

    (resource,) = template["Resources"].values()
    assert resource["Type"] == "AWS::ECS::TaskDefinition"
    assert resource["Properties"]["ContainerDefinitions"] == [
        {"Name": "web", "Image": "web:1", "Environment": [{"Name": "A", "Value": "b"}]}
    ]


def test_a_byte_order_mark_is_no_part_of_a_template(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps({"Resources": {}}).encode())

    assert [stack.name for stack in read_stacks(str(file))] == ["a"]
