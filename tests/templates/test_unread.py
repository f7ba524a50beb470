"""What of a template is not read, and which nested templates are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.errors import ReviewError
from cdk_ecs_xray.templates.assembly import read_stacks

NESTED = "AWS::CloudFormation::Stack"
TASK = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": []}}


def got(folder: Path, template: dict[str, Any]) -> list[str]:
    file = folder / "template.json"
    file.write_text(json.dumps(template))
    return [part.got for stack in read_stacks(str(file)) for part in stack.unread]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ({"Resources": {"Fn::ForEach::Tasks": ["N", ["a"], {}]}}, "what Fn::ForEach::Tasks makes"),
        ({"Transform": ["Team::Tasks"], "Resources": {}}, "what the macro 'Team::Tasks' adds"),
        (
            {"Transform": {"Name": "AWS::Include"}, "Resources": {}},
            "what the macro 'AWS::Include' adds",
        ),
        (
            {
                "Resources": {
                    "S": {"Type": NESTED, "Properties": {"TemplateURL": "https://b/t.yaml"}}
                }
            },
            "the nested stack's template, https://b/t.yaml",
        ),
        (
            {"Resources": {"S": {"Type": NESTED, "Properties": {"TemplateURL": {"Ref": "Url"}}}}},
            "the nested stack's template, Url",
        ),
        (
            {"Resources": {"S": {"Type": "AWS::CloudFormation::StackSet"}}},
            "the stack set's template",
        ),
        (
            {"Resources": {"S": {"Type": "AWS::Serverless::Application"}}},
            "a serverless application (AWS::Serverless::Application)",
        ),
        (
            {"Resources": {"S": {"Type": "Shop::Tasks::Web::MODULE"}}},
            "a module (Shop::Tasks::Web::MODULE)",
        ),
    ],
)
def test_it_is_named(tmp_path: Path, template: dict[str, Any], said: str) -> None:
    assert got(tmp_path, template) == [said]


@pytest.mark.parametrize(
    ("makes", "is_read"),
    [
        ({"${N}Topic": {"Type": "AWS::SNS::Topic"}}, True),
        ({"${N}A": {"Type": "AWS::SNS::Topic"}, "${N}B": {"Type": "AWS::SQS::Queue"}}, True),
        ({"Fn::ForEach::M": ["M", ["c"], {"${N}${M}": {"Type": "AWS::SNS::Topic"}}]}, True),
        ({"${N}A": {"Type": "AWS::SNS::Topic"}, "${N}B": TASK}, False),
        ({"Fn::ForEach::M": ["M", ["c"], {"${N}${M}": TASK}]}, False),
        # What roles may decides what is found elsewhere.
        ({"${N}Policy": {"Type": "AWS::IAM::Policy"}}, False),
        ({"${N}": {"Type": "AWS::CloudFormation::Stack"}}, False),
        ({"${N}": {"Type": "AWS::${N}::Topic"}}, False),
        ({"${N}": {"Type": {"Ref": "Kind"}}}, False),
        ({"${N}": {"Type": "Shop::Web::MODULE"}}, False),
        ({"Fn::Transform": {"Name": "AWS::Include"}}, False),
    ],
)
def test_a_loop_is_named_where_it_may_make_what_matters(
    tmp_path: Path, makes: dict[str, Any], *, is_read: bool
) -> None:
    template = {"Resources": {"Fn::ForEach::All": ["N", ["a", "b"], makes]}}

    assert got(tmp_path, template) == ([] if is_read else ["what Fn::ForEach::All makes"])


def test_what_adds_no_task_definition_is_none(tmp_path: Path) -> None:
    transform = ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"]

    assert got(tmp_path, {"Transform": transform, "Resources": {"Task": TASK}}) == []


def test_local_templates_are_read_down_to_the_last(tmp_path: Path) -> None:
    def nesting(url: str) -> dict[str, Any]:
        return {"Resources": {"Inner": {"Type": NESTED, "Properties": {"TemplateURL": url}}}}

    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "child.json").write_text(json.dumps(nesting("grandchild.json")))
    (tmp_path / "parts" / "grandchild.json").write_text(json.dumps({"Resources": {"Task": TASK}}))

    assert got(tmp_path, nesting("./parts/child.json")) == []
    assert got(tmp_path, nesting("../outside.json")) == [
        "the nested stack's template, ../outside.json"
    ]


def test_a_template_that_nests_itself_ends(tmp_path: Path) -> None:
    own = {"Resources": {"Own": {"Type": NESTED, "Properties": {"TemplateURL": "template.json"}}}}

    assert got(tmp_path, own) == ["the nested stack's template, template.json"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Resources:\n  T: {Cpu: {{inputs.cpu}}}\n", "template of a template"),
        ("{% if x %}\nResources: {}\n", "template of a template"),
        ('{"planned_values": {}, "resource_changes": []}', "Terraform plan"),
        ('{"version": 4, "terraform_version": "1.9", "resources": []}', "Terraform state"),
        ('{"version": 3, "deployment": {}}', "Pulumi"),
        ('{"services": [], "failures": []}', "describe-services"),
    ],
)
def test_files_of_other_tools_are_called_what_they_are(
    tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(text)

    with pytest.raises(ReviewError, match=words):
        read_stacks(str(file))


@pytest.mark.parametrize(
    ("properties", "unread"), [({"TaskDefinitionArn": {"Ref": "Task"}}, 0), ({}, 1)]
)
def test_an_express_service_of_a_task_definition_is_read_by_it(
    tmp_path: Path, properties: dict[str, Any], unread: int
) -> None:
    service = {"Type": "AWS::ECS::ExpressGatewayService", "Properties": properties}

    assert len(got(tmp_path, {"Resources": {"Task": TASK, "Service": service}})) == unread
