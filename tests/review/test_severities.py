"""Findings whose severity or wording depends on where a task runs and what else is there."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from cdk_ecs_xray.review.rule import Finding

Template = dict[str, Any]
Find = Callable[..., Sequence[Finding]]


def task(template: Template) -> Any:
    return template["Resources"]["Task"]["Properties"]


def severities(findings: Sequence[Finding]) -> Mapping[str, str]:
    return {finding.id: str(finding.severity) for finding in findings}


@pytest.mark.parametrize(
    ("platform", "command", "expected"),
    [
        ("EC2", [], "warning"),
        ("EC2", ["--local-mode"], "error"),
        ("EXTERNAL", [], "error"),
        ("FARGATE", ["--local-mode"], None),
    ],
)
def test_a_missing_region_is_worse_where_nothing_else_tells_it(
    right: Template, found: Find, platform: str, command: list[str], expected: str | None
) -> None:
    task(right)["RequiresCompatibilities"] = [platform]
    collector = task(right)["ContainerDefinitions"][1]
    collector.update(Environment=[], Command=["--buffer-memory", "16", *command])

    assert severities(found(right)).get("region-missing") == expected


@pytest.mark.parametrize(("platform", "expected"), [("FARGATE", "error"), ("EC2", "warning")])
def test_a_missing_task_role_is_worse_on_fargate(
    right: Template, found: Find, platform: str, expected: str
) -> None:
    task(right)["RequiresCompatibilities"] = [platform]
    del task(right)["TaskRoleArn"]

    assert severities(found(right)) == {"task-role-missing": expected}


@pytest.mark.parametrize(
    ("region", "expected"),
    [("unknown-region", "note"), ("cn-north-1", "error"), ("eu-west-1", None)],
)
def test_a_fixed_partition_is_wrong_only_elsewhere(
    right: Template, found: Find, region: str, expected: str | None
) -> None:
    role = right["Resources"]["Role"]["Properties"]
    role["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]

    findings = found(right, environments=[f"aws://111111111111/{region}"])

    assert severities(findings).get("arn-fixes-partition") == expected


def test_buffer_memory_must_fit_into_the_container(right: Template, found: Find) -> None:
    collector = task(right)["ContainerDefinitions"][1]
    collector["Command"] = ["--buffer-memory", "256", "--local-mode"]
    (too_much,) = found(right)
    collector["Memory"] = 512

    assert too_much.problem.got == "256 with 256 MiB"
    assert list(found(right)) == []


def test_two_services_of_a_cluster_cannot_have_one_port(right: Template, found: Find) -> None:
    port = {"ContainerPort": 2000, "HostPort": 2000, "Protocol": "udp"}
    task(right)["ContainerDefinitions"][1]["PortMappings"] = [port]
    resources = right["Resources"]
    resources["Service"]["Properties"]["DesiredCount"] = 1
    resources["Other"] = copy.deepcopy(resources["Service"])
    (together,) = found(right)
    resources["Other"]["Properties"]["Cluster"] = "another"

    assert (together.id, together.place.resource) == ("port-2000-shared", "Other")
    assert list(found(right)) == []


def test_a_sampling_proxy_on_loopback_loses_rules_and_not_traces(
    right: Template, found: Find
) -> None:
    collector = task(right)["ContainerDefinitions"][1]
    collector["Command"] += ["-t", "127.0.0.1:2000"]

    assert severities(found(right)) == {"binds-loopback-in-bridge": "warning"}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("AWSXRayDaemonWriteAccess", set()),
        ("CloudWatchAgentServerPolicy", set()),
        ("AmazonS3ReadOnlyAccess", {"permissions-missing"}),
        ("SomethingOfAws", set()),
    ],
)
def test_aws_own_policies_are_known_by_name(
    right: Template, found: Find, policy: str, expected: set[str]
) -> None:
    arn = {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::aws:policy/{policy}"}
    right["Resources"]["Role"]["Properties"] = {"ManagedPolicyArns": [arn]}

    assert {finding.id for finding in found(right)} == expected


@pytest.mark.parametrize("kind", ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"])
def test_policies_beside_a_role_count(right: Template, found: Find, kind: str) -> None:
    role = right["Resources"]["Role"]["Properties"]
    (inline,) = role.pop("Policies")
    without = {finding.id for finding in found(right)}
    right["Resources"]["Policy"] = {
        "Type": kind,
        "Properties": {**inline, "Roles": [{"Ref": "Role"}]},
    }

    assert without == {"permissions-missing"}
    assert list(found(right)) == []


def test_a_refusal_wins_over_a_permission(right: Template, found: Find) -> None:
    (policy,) = right["Resources"]["Role"]["Properties"]["Policies"]
    refusal = {"Effect": "Deny", "Action": "xray:Put*", "Resource": "*"}
    policy["PolicyDocument"]["Statement"].append(refusal)

    assert {finding.id for finding in found(right)} == {"permissions-missing"}


PARTITION, REGION = {"Ref": "AWS::Partition"}, {"Ref": "AWS::Region"}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (["arn:aws:xray:*:*:group/*", "arn:aws:xray:eu-west-1:111122223333:*"], True),
        ({"Fn::Sub": "arn:${AWS::Partition}:xray:${AWS::Region}:${AWS::AccountId}:*"}, True),
        ([{"Fn::Sub": ["arn:${P}:xray:*:*:*", {"P": PARTITION}]}], True),
        ({"Fn::Join": ["", ["arn:", PARTITION, ":xray:", REGION, ":*"]]}, True),
        ({"Fn::Join": [":", ["arn:aws", "xray", REGION, "*"]]}, True),
        (["arn:aws:xray:*:*:*", "*"], False),
        ({"Fn::Join": ["", ["*"]]}, False),
        ({"Fn::ImportValue": "elsewhere"}, False),
    ],
    ids=str,
)
def test_no_arn_of_xray_allows_to_send(
    right: Template, found: Find, resource: object, *, expected: bool
) -> None:
    (policy,) = right["Resources"]["Role"]["Properties"]["Policies"]
    for statement in policy["PolicyDocument"]["Statement"]:
        statement["Resource"] = resource

    missing = [finding for finding in found(right) if finding.id == "permissions-missing"]

    assert bool(missing) is expected
    assert all("xray" in str(finding.problem.got) for finding in missing)
