"""One table of spellings, held to botocore's API model and to the schema that cfn-lint ships."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore
import pytest
from cfnlint.schema.manager import ProviderSchemaManager  # type: ignore[import-untyped]

from cdk_ecs_xray.templates.spelling import (
    MAP_MEMBERS,
    api_name,
    as_api,
    as_cloudformation,
    cloudformation_name,
)
from cdk_ecs_xray.templates.template import as_template

# What only one side has: read by ECS from the agent, or given back by CloudFormation.
ONLY_IN_CLOUDFORMATION = {"TaskDefinitionArn", "SharingStrategy"}


@pytest.fixture(scope="module")
def shapes() -> Mapping[str, Any]:
    path = Path(botocore.__file__).parent / "data" / "ecs" / "2014-11-13" / "service-2.json.gz"
    found: Mapping[str, Any] = json.loads(gzip.decompress(path.read_bytes()))["shapes"]
    return found


@pytest.fixture(scope="module")
def schema() -> Mapping[str, Any]:
    manager = ProviderSchemaManager()
    found: Mapping[str, Any] = manager.get_resource_schema(
        "us-east-1", "AWS::ECS::TaskDefinition"
    ).schema
    return found


def item(shape: str, shapes: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = shapes[shape]
    while found["type"] == "list":
        found = shapes[found["member"]["shape"]]
    return found


def declared(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node or node.get("type") == "array":
        if "$ref" in node:
            node = schema["definitions"][node["$ref"].rpartition("/")[2]]
        else:
            node = node["items"]
    return node


def pairs(
    shapes: Mapping[str, Any],
    schema: Mapping[str, Any],
    shape: str = "RegisterTaskDefinitionRequest",
    owner: str | None = None,
    node: Mapping[str, Any] | None = None,
) -> Iterator[tuple[str | None, Mapping[str, Any], set[str]]]:
    """Every structure of the API, its owner and members, with CloudFormation's names there."""
    found = item(shape, shapes)
    here = declared(schema if node is None else node, schema)
    if found["type"] != "structure":
        return
    properties = here.get("properties", {})
    yield owner, found["members"], set(properties)
    for name, member in found["members"].items():
        spelled = cloudformation_name(name, owner=owner)
        if spelled in properties:
            yield from pairs(shapes, schema, member["shape"], name, properties[spelled])


def test_every_member_of_the_api_is_one_of_cloudformation_and_back(
    shapes: Mapping[str, Any], schema: Mapping[str, Any]
) -> None:
    structures = list(pairs(shapes, schema))

    differing = [
        f"{owner}.{name} is {spelled}, known are {sorted(known)}"
        for owner, members, known in structures
        for name in members
        if (spelled := cloudformation_name(name, owner=owner)) not in known
        or api_name(spelled) != name
    ]

    assert len(structures) > 30
    assert differing == []


def test_every_member_of_cloudformation_is_one_of_the_api(
    shapes: Mapping[str, Any], schema: Mapping[str, Any]
) -> None:
    unknown = {
        name
        for _, members, known in pairs(shapes, schema)
        for name in known
        if api_name(name) not in members
    }

    assert unknown == ONLY_IN_CLOUDFORMATION


def test_the_keys_of_every_map_are_the_user_s(
    shapes: Mapping[str, Any], schema: Mapping[str, Any]
) -> None:
    structures = list(pairs(shapes, schema))
    kinds = {
        (name, shapes[member["shape"]]["type"] == "map")
        for _, members, _ in structures
        for name, member in members.items()
    }

    assert {name for name, is_map in kinds if is_map} == MAP_MEMBERS
    assert not {name for name, is_map in kinds if not is_map} & MAP_MEMBERS


SPELLED: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "efs": (
        {
            "volumes": [
                {
                    "name": "pages",
                    "efsVolumeConfiguration": {
                        "fileSystemId": "fs-1",
                        "authorizationConfig": {"iam": "ENABLED", "accessPointId": "ap"},
                    },
                }
            ]
        },
        {
            "Volumes": [
                {
                    "Name": "pages",
                    "EFSVolumeConfiguration": {
                        "FilesystemId": "fs-1",
                        "AuthorizationConfig": {"IAM": "ENABLED", "AccessPointId": "ap"},
                    },
                }
            ]
        },
    ),
    "s3 files": (
        {"volumes": [{"s3filesVolumeConfiguration": {"rootDirectory": "/"}}]},
        {"Volumes": [{"S3FilesVolumeConfiguration": {"RootDirectory": "/"}}]},
    ),
    "fsx": (
        {"volumes": [{"fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-1"}}]},
        {"Volumes": [{"FSxWindowsFileServerVolumeConfiguration": {"FileSystemId": "fs-1"}}]},
    ),
    "proxy": (
        {"proxyConfiguration": {"properties": [{"name": "IgnoredUID", "value": "1337"}]}},
        {
            "ProxyConfiguration": {
                "ProxyConfigurationProperties": [{"Name": "IgnoredUID", "Value": "1337"}]
            }
        },
    ),
    "own keys": (
        {
            "containerDefinitions": [
                {"dockerLabels": {"com.Example": "A"}, "systemControls": [{"namespace": "n"}]}
            ]
        },
        {
            "ContainerDefinitions": [
                {"DockerLabels": {"com.Example": "A"}, "SystemControls": [{"Namespace": "n"}]}
            ]
        },
    ),
}


@pytest.mark.parametrize("kind", SPELLED)
def test_both_directions_read_one_table(kind: str) -> None:
    api, properties = SPELLED[kind]

    assert as_cloudformation(api) == properties
    assert as_api(properties) == api


@pytest.mark.parametrize("kind", SPELLED)
def test_a_reviewed_task_definition_is_spelled_like_a_deployed_one(kind: str) -> None:
    api, properties = SPELLED[kind]

    resource = as_template(api)["Resources"]["TaskDefinition"]

    assert resource["Properties"] == properties


def test_a_member_that_nobody_knows_gets_a_capital_letter() -> None:
    assert as_cloudformation({"brandNew": {"newerStill": 1}, "cpu": 256, "nothing": None}) == {
        "BrandNew": {"NewerStill": 1},
        "Cpu": "256",
    }
