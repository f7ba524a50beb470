"""Templates and manifests of a shape that CloudFormation or CDK would never have written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.errors import ReviewError
from cdk_ecs_xray.templates.assembly import read_stacks
from cdk_ecs_xray.templates.template import read_template

OF_STACK = "aws:cloudformation:stack"
OF_STAGE = "cdk:cloud-assembly"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ({"Parameters": [1]}, ["Parameters must be a mapping (got a list)"]),
        ({"Parameters": {"P": 1}}, ["parameter 'P': a parameter must be a mapping (got 1)"]),
        ({"Mappings": "x"}, ["Mappings must be a mapping (got 'x')"]),
        ({"Outputs": 0, "Conditions": False}, ["Conditions must be", "Outputs must be"]),
        ({"Resources": {"R": "x"}}, ["resource 'R': a resource must be a mapping"]),
        ({"Resources": {"R": {"Type": 1}}}, ["resource 'R': Type must be text (got 1)"]),
        (
            {"Resources": {"R": {"Type": "T", "Metadata": "x", "Properties": []}}},
            ["Properties must be a mapping (got a list)", "Metadata must be a mapping (got 'x')"],
        ),
    ],
    ids=str,
)
def test_each_part_of_another_type_is_named(template: dict[str, Any], said: list[str]) -> None:
    text = json.dumps({"Resources": {}, **template})

    with pytest.raises(ReviewError) as refused:
        read_template(text, where="t.json")

    assert len(refused.value.problems) == len(said)
    for problem, expected in zip(refused.value.problems, said, strict=True):
        assert expected in str(problem)
        assert str(problem).startswith("t.json")


@pytest.mark.parametrize("containers", ["{}", "5", '"x"', "null"])
def test_containers_that_are_no_list_are_named(containers: str) -> None:
    with pytest.raises(ReviewError, match="containerDefinitions must be a list"):
        read_template(f'{{"containerDefinitions": {containers}}}', where="t.json")


def test_what_cloudformation_takes_is_read() -> None:
    text = """\
        Parameters:
        Mappings: {M: {123456789012: {a: b}}}
        Resources:
          Fn::ForEach::Queues: [Name, [A, B], {"${Name}": {Type: "AWS::SQS::Queue"}}]
          Empty: {Type: "AWS::SQS::Queue", Properties: }
        """

    template = read_template(text, where="t.yaml")

    assert list(template["Resources"]) == ["Fn::ForEach::Queues", "Empty"]
    assert list(template["Mappings"]["M"]) == ["123456789012"]


def assembly(folder: Path, artifact: dict[str, Any]) -> str:
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"evil": artifact}}))
    return str(folder)


@pytest.mark.parametrize(("kind", "key"), [(OF_STACK, "templateFile"), (OF_STAGE, "directoryName")])
@pytest.mark.parametrize(
    "path", ["../secret", "/etc/hostname", "a/../../secret", ".", "", 7, None, "x\0y", "link"]
)
def test_a_path_stays_inside_its_assembly(
    tmp_path: Path, kind: str, key: str, path: object
) -> None:
    (tmp_path / "secret").mkdir()
    folder = assembly(tmp_path / "cdk.out", {"type": kind, "properties": {key: path}})
    (tmp_path / "cdk.out" / "link").symlink_to("../secret")

    with pytest.raises(ReviewError, match="a path must be one inside the assembly"):
        read_stacks(folder)


def test_so_does_the_template_of_a_nested_stack(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"Resources": {}}')
    folder = assembly(
        tmp_path / "cdk.out", {"type": OF_STACK, "properties": {"templateFile": "t.json"}}
    )
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Metadata": {"aws:asset:path": "../secret.json"},
    }
    (tmp_path / "cdk.out" / "t.json").write_text(json.dumps({"Resources": {"N": nested}}))

    with pytest.raises(ReviewError, match="a path must be one inside the assembly"):
        read_stacks(folder)


@pytest.mark.parametrize("properties", ["x", [], 5, None])
def test_properties_of_another_type_are_no_traceback(tmp_path: Path, properties: object) -> None:
    folder = assembly(tmp_path / "cdk.out", {"type": OF_STACK, "properties": properties})

    with pytest.raises(ReviewError, match="a path must be one inside the assembly"):
        read_stacks(folder)
