"""References between stacks: exports, nested stacks, CDK's regions, the parameter store, names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.templates.assembly import read_stacks
from cdk_ecs_xray.templates.model import Role, TaskDefinition
from cdk_ecs_xray.templates.reading import read_model
from cdk_ecs_xray.unknown import Unknown

ROLE = {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": []}}
ARN = {"Fn::GetAtt": ["Role", "Arn"]}
EU = "aws://111122223333/eu-west-1"
US = "aws://111122223333/us-east-1"


def task(role: object, **more: object) -> dict[str, Any]:
    container = {"Name": "xray", "Image": "amazon/aws-xray-daemon:3.6.6"}
    properties = {"TaskRoleArn": role, "ContainerDefinitions": [container], **more}
    return {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}


def tasks(
    folder: Path, stacks: Mapping[str, Mapping[str, Any]], **places: str
) -> list[TaskDefinition]:
    """Return the task definitions of an assembly with these stacks."""
    artifacts = {}
    for name, template in stacks.items():
        (folder / f"{name}.json").write_text(json.dumps({"Resources": {}, **template}))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": places.get(name, EU),
            "properties": {"templateFile": f"{name}.json"},
        }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    model = read_model(read_stacks(str(folder)))
    return [one for stack in model for one in stack.task_definitions]


def test_an_export_leads_to_the_role_of_the_stack_that_exports_it(tmp_path: Path) -> None:
    exported = {"Role": {"Value": ARN, "Export": {"Name": "shared:role"}}}
    imported = {"Fn::ImportValue": {"Fn::Sub": "${Of}:role"}}
    parameters = {"Of": {"Type": "String", "Default": "shared"}}

    (found,) = tasks(
        tmp_path,
        {
            "Shop": {"Parameters": parameters, "Resources": {"Task": task(imported)}},
            "Shared": {"Resources": {"Role": ROLE}, "Outputs": exported},
        },
    )

    assert isinstance(found.task_role, Role)
    assert found.task_role.place.stack == "Shared"


def test_an_export_of_another_region_is_another_value(tmp_path: Path) -> None:
    exported = {"Role": {"Value": ARN, "Export": {"Name": "role"}}}

    (found,) = tasks(
        tmp_path,
        {
            "Shop": {"Resources": {"Task": task({"Fn::ImportValue": "role"})}},
            "Shared": {"Resources": {"Role": ROLE}, "Outputs": exported},
        },
        Shared=US,
    )

    assert isinstance(found.task_role, Unknown)


@pytest.mark.parametrize(
    "role",
    [
        {"Fn::GetAtt": ["Reader", "/cdk/exports/Shop/Role"]},
        "{{resolve:ssm:/cdk/exports/Shop/Role}}",
        "{{resolve:ssm:/shared/role:3}}",
        {"Ref": "FromStore"},
        "shared-role",
        {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/shared-role"},
    ],
    ids=["writer", "writer-by-text", "store", "parameter-of-the-store", "name", "arn"],
)
def test_other_ways_lead_to_it_too(tmp_path: Path, role: object) -> None:
    named = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "shared-role"}}
    exports = {"/cdk/exports/Shop/Role": ARN}
    writer = {
        "Type": "Custom::CrossRegionExportWriter",
        "Properties": {"WriterProps": {"region": "eu-west-1", "exports": exports}},
    }
    stored = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/shared/role", "Value": ARN}}
    kind = "AWS::SSM::Parameter::Value<String>"

    (found,) = tasks(
        tmp_path,
        {
            "Shared": {"Resources": {"Role": named, "Writer": writer, "Stored": stored}},
            "Shop": {
                "Parameters": {"FromStore": {"Type": kind, "Default": "/shared/role"}},
                "Resources": {"Task": task(role)},
            },
        },
    )

    assert isinstance(found.task_role, Role)


def test_a_parents_value_beats_the_childs_default_and_siblings_share(tmp_path: Path) -> None:
    (tmp_path / "roles.json").write_text(
        json.dumps({"Resources": {"Role": ROLE}, "Outputs": {"Arn": {"Value": ARN}}})
    )
    child = {
        "Parameters": {"Name": {"Type": "String", "Default": "none"}, "Given": {"Type": "String"}},
        "Resources": {"Task": task({"Ref": "Given"}, Family={"Ref": "Name"})},
    }
    (tmp_path / "tasks.json").write_text(json.dumps(child))

    def nested(file: str, **parameters: object) -> dict[str, Any]:
        properties = {"TemplateURL": f"./{file}", "Parameters": parameters}
        return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}

    given = {"Fn::GetAtt": ["Roles", "Outputs.Arn"]}
    resources = {
        "Blue": nested("tasks.json", Name="blue", Given=given),
        "Roles": nested("roles.json"),
        "Green": nested("tasks.json", Name="green", Given={"Ref": "Role"}),
        "Role": ROLE,
    }

    blue, green = tasks(tmp_path, {"Shop": {"Resources": resources}})

    assert (blue.name, green.name) == ("blue", "green")
    assert [
        one.task_role.place.stack for one in (blue, green) if isinstance(one.task_role, Role)
    ] == [
        "Shop/Roles",
        "Shop",
    ]


def test_references_in_a_circle_end(tmp_path: Path) -> None:
    def circle(other: str, own: str) -> dict[str, Any]:
        value = {"Fn::ImportValue": other}
        return {
            "Resources": {"Task": task({"Fn::ImportValue": other})},
            "Outputs": {"Out": {"Value": value, "Export": {"Name": own}}},
        }

    found = tasks(tmp_path, {"A": circle("b", "a"), "B": circle("a", "b")})

    assert all(isinstance(one.task_role, Unknown) for one in found)


def test_a_policy_of_another_stack_belongs_to_the_role_that_it_names(tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "xray:*", "Resource": "*"}
    policy = {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "Roles": [{"Fn::ImportValue": "name"}],
            "PolicyDocument": {"Statement": [statement]},
        },
    }
    outputs = {"Name": {"Value": {"Ref": "Role"}, "Export": {"Name": "name"}}}

    (found,) = tasks(
        tmp_path,
        {
            "Shop": {"Resources": {"Role": ROLE, "Task": task(ARN)}, "Outputs": outputs},
            "Policies": {"Resources": {"Policy": policy}},
        },
    )

    assert isinstance(found.task_role, Role)
    assert found.task_role.allows("xray:PutTraceSegments") is True
