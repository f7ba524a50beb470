"""CloudFormation's spelling of ECS members, there and back."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray.local.gaps.container_definitions import api_name, camel_cased
from cdk_ecs_xray.local.gaps.ecs_services import as_declared


def test_nested_members_are_spelled_as_the_api_does() -> None:
    declared = {
        "DependsOn": [{"ContainerName": "xray", "Condition": "START"}],
        "HealthCheck": {"Command": ["CMD", "/xray"], "Interval": 30},
        "RestartPolicy": {"Enabled": True, "IgnoredExitCodes": [0]},
        "LinuxParameters": {"Capabilities": {"Drop": ["ALL"]}},
        "PortMappings": [{"ContainerPort": 2000, "HostPort": 0, "Protocol": "udp"}],
        "Links": ["xray"],
        "Secrets": [{"Name": "S", "ValueFrom": "arn"}],
    }
    assert camel_cased(declared) == {
        "dependsOn": [{"containerName": "xray", "condition": "START"}],
        "healthCheck": {"command": ["CMD", "/xray"], "interval": 30},
        "restartPolicy": {"enabled": True, "ignoredExitCodes": [0]},
        "linuxParameters": {"capabilities": {"drop": ["ALL"]}},
        "portMappings": [{"containerPort": 2000, "hostPort": 0, "protocol": "udp"}],
        "links": ["xray"],
        "secrets": [{"name": "S", "valueFrom": "arn"}],
    }


def test_the_keys_of_maps_are_the_user_s() -> None:
    declared = {
        "DockerLabels": {"Com.Example": "A"},
        "LogConfiguration": {"Options": {"Mode": "non-blocking"}},
        "FirelensConfiguration": {"Options": {"Enable-ECS": "true"}},
        "DockerVolumeConfiguration": {"DriverOpts": {"O": "x"}, "Labels": {"L": "x"}},
    }
    assert camel_cased(declared) == {
        "dockerLabels": {"Com.Example": "A"},
        "logConfiguration": {"options": {"Mode": "non-blocking"}},
        "firelensConfiguration": {"options": {"Enable-ECS": "true"}},
        "dockerVolumeConfiguration": {"driverOpts": {"O": "x"}, "labels": {"L": "x"}},
    }


def task_definition_members() -> Iterator[tuple[str, bool]]:
    """Every member of ECS's TaskDefinition, and whether it is a map."""
    path = Path(botocore.__file__).parent / "data" / "ecs" / "2014-11-13" / "service-2.json.gz"
    shapes = json.loads(gzip.decompress(path.read_bytes()))["shapes"]
    waiting, seen = ["TaskDefinition"], set()
    while waiting:
        shape = waiting.pop()
        if shape in seen:
            continue
        seen.add(shape)
        for name, member in shapes[shape].get("members", {}).items():
            yield name, shapes[member["shape"]]["type"] == "map"
            waiting.append(member["shape"])
        if "member" in shapes[shape]:
            waiting.append(shapes[shape]["member"]["shape"])


def test_every_map_of_a_task_definition_is_known() -> None:
    for name, is_map in task_definition_members():
        kept = camel_cased({name: {"Key": 1}})[name]
        assert ("Key" in kept) is is_map, name


def test_every_member_of_a_task_definition_can_be_spelled() -> None:
    """CloudFormation's names are the API's with a capital, apart from four."""
    odd = {
        "efsVolumeConfiguration": "EFSVolumeConfiguration",
        "fsxWindowsFileServerVolumeConfiguration": "FSxWindowsFileServerVolumeConfiguration",
        "fileSystemId": "FilesystemId",
        "iam": "IAM",
    }
    for name, _ in task_definition_members():
        declared = odd.get(name) or re.sub("^.", lambda m: m[0].upper(), name)
        assert api_name(declared) == name


@given(
    st.recursive(
        st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.from_regex(r"\A[A-Z][A-Za-z]{1,8}\Z"), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_what_was_converted_reads_back_as_declared(declared: Any) -> None:
    assert as_declared(declared, camel_cased(declared)) == declared


def test_only_what_is_declared_is_read_back() -> None:
    actual = {"maximumPercent": 200, "deploymentCircuitBreaker": {"enable": False}}
    assert as_declared({"MaximumPercent": 100}, actual) == {"MaximumPercent": 200}
    assert as_declared([1], [1, 2]) == [1, 2]
    assert as_declared({"Missing": 1}, actual) == {"Missing": None}
