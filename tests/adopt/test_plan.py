"""What exists, what differs and what is imported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.adopt import Adoption, plan_adoption, read_state
from cdk_ecs_xray.adopt.as_is import as_is
from cdk_ecs_xray.adopt.report import as_document, as_text
from cdk_ecs_xray.errors import ConfigurationError
from tests.adopt.environments import assembly, service_template, stacks
from tests.adopt.terraform_states import (
    CLUSTER,
    GROUP,
    SECRET,
    SERVICE,
    TASK,
    reference_resources,
    resource,
    sampling_rule,
    state,
)


def adopted(
    tmp_path: Path, template: Mapping[str, Any], *resources: dict[str, Any], **more: Any
) -> Adoption:
    path = tmp_path / "terraform.tfstate"
    path.write_text(json.dumps(state(*resources)))
    folder = assembly(tmp_path / "cdk.out", one=template, **more)
    return plan_adoption(read_state(path), stacks(folder), where="terraform.tfstate")


def differences(adoption: Adoption) -> dict[str, tuple[str, str | None, str | None]]:
    return {
        f"{one.logical_id}.{found.path}": (found.effect, found.now, found.then)
        for plan in adoption.stacks
        for one in plan.adopted
        for found in one.differences
    }


def test_names_and_references_find_what_exists(tmp_path: Path) -> None:
    adoption = adopted(tmp_path, service_template(), *reference_resources())

    (plan,) = adoption.stacks
    assert plan.mapping == {
        "Group": {"LogGroupName": GROUP},
        "Service": {"ServiceArn": SERVICE, "Cluster": "shared-dev"},
        "Task": {"TaskDefinitionArn": TASK},
        # Without a name in the template, it is the one that the task definition names.
        "Role": {"RoleName": "ledger-watcher-task"},
    }
    assert plan.created == [("AWS::IAM::Policy", "Policy")]
    assert [policy.address for policy in plan.left] == ["aws_iam_role_policy.xray"]


def test_each_field_that_differs_is_said_with_its_effect(tmp_path: Path) -> None:
    template = service_template(DesiredCount=0, EnableExecuteCommand=True)
    found = differences(adopted(tmp_path, template, *reference_resources()))

    assert found["Group.RetentionInDays"] == ("updates", "14", "30")
    assert found["Service.DesiredCount"] == ("updates", "2", "0")
    assert found["Service.EnableExecuteCommand"] == ("updates", "false", "true")
    assert {effect for path, (effect, *_) in found.items() if path.startswith("Task.")} == {
        "new revision"
    }
    assert "replaces" not in {effect for effect, *_ in found.values()}


def test_what_ecs_fills_in_is_no_difference(tmp_path: Path) -> None:
    template = service_template(
        EnableExecuteCommand=False,
        DeploymentConfiguration={"MaximumPercent": 200, "MinimumHealthyPercent": "100"},
    )
    found = differences(adopted(tmp_path, template, *reference_resources()))

    assert [path for path in found if path.startswith("Service.")] == []


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"Cluster": "another"}, "Cluster"),
        ({"LaunchType": "FARGATE"}, "LaunchType"),
        ({"SchedulingStrategy": "DAEMON"}, "SchedulingStrategy"),
    ],
)
def test_what_would_be_replaced_is_said_and_not_imported(
    tmp_path: Path, changed: dict[str, Any], path: str
) -> None:
    adoption = adopted(tmp_path, service_template(**changed), *reference_resources())

    assert differences(adoption)[f"Service.{path}"][0] == "replaces"
    assert "Service" not in adoption.stacks[0].mapping
    assert "aws_ecs_service.ecs-watcher" not in adoption.handed_over
    assert [one.logical_id for one in adoption.replaced] == ["Service"]
    assert "REPLACED: " + path in as_text(adoption, files={})


def test_a_service_without_a_cluster_would_be_another(tmp_path: Path) -> None:
    template = service_template()
    del template["Resources"]["Service"]["Properties"]["Cluster"]

    found = differences(adopted(tmp_path, template, *reference_resources()))

    assert found["Service.Cluster"] == ("replaces", "shared-dev", None)


def test_a_launch_type_left_out_is_ec2(tmp_path: Path) -> None:
    template = service_template()
    del template["Resources"]["Service"]["Properties"]["LaunchType"]

    found = differences(adopted(tmp_path, template, *reference_resources()))

    assert "Service.LaunchType" not in found


def test_sets_have_no_order(tmp_path: Path) -> None:
    network = {"Subnets": ["b", "a"], "SecurityGroups": ["d", "c"], "AssignPublicIp": "DISABLED"}
    template = service_template(NetworkConfiguration={"AwsvpcConfiguration": network})
    resources = reference_resources()
    (service,) = (one for one in resources if one["type"] == "aws_ecs_service")
    service["instances"][0]["attributes"]["network_configuration"] = [
        {"subnets": ["a", "b"], "security_groups": ["c", "d"], "assign_public_ip": False}
    ]

    found = differences(adopted(tmp_path, template, *resources))

    assert [path for path in found if path.startswith("Service.Network")] == []


def test_volumes_are_the_same_in_both_spellings(tmp_path: Path) -> None:
    template = service_template()
    template["Resources"]["Task"]["Properties"]["Volumes"] = [
        {"Name": "logs", "Host": {"SourcePath": "/var/log"}},
        {
            "Name": "readings",
            "EFSVolumeConfiguration": {
                "FilesystemId": "fs-1",
                "TransitEncryption": "ENABLED",
                "AuthorizationConfig": {"AccessPointId": "fsap-1", "IAM": "ENABLED"},
            },
        },
    ]
    resources = reference_resources()
    (task,) = (one for one in resources if one["type"] == "aws_ecs_task_definition")
    access = {"access_point_id": "fsap-1", "iam": "ENABLED"}
    task["instances"][0]["attributes"]["volume"] = [
        {"name": "logs", "host_path": "/var/log", "efs_volume_configuration": []},
        {
            "name": "readings",
            "host_path": "",
            "efs_volume_configuration": [
                {
                    "file_system_id": "fs-1",
                    "transit_encryption": "ENABLED",
                    "authorization_config": [access],
                }
            ],
        },
    ]

    found = differences(adopted(tmp_path, template, *resources))

    assert [path for path in found if path.startswith("Task.Volumes")] == []


def test_a_cluster_is_the_same_by_name_and_by_arn(tmp_path: Path) -> None:
    adoption = adopted(tmp_path, service_template(Cluster=CLUSTER), *reference_resources())

    assert "Service.Cluster" not in differences(adoption)


def test_what_is_imported_is_described_as_it_is_and_without_secrets(tmp_path: Path) -> None:
    adoption = adopted(tmp_path, service_template(DesiredCount=1), *reference_resources())

    template = as_is(adoption.stacks[0])
    resources = template["Resources"]
    assert set(resources) == {"Role", "Group", "Task", "Service"}
    assert resources["Group"]["Properties"]["RetentionInDays"] == 14
    assert resources["Service"]["Properties"]["DesiredCount"] == 2
    assert resources["Service"]["Properties"]["TaskDefinition"] == {"Ref": "Task"}
    assert "RoleName" not in resources["Role"]["Properties"]
    assert "DependsOn" not in resources["Service"]
    assert {resource["DeletionPolicy"] for resource in resources.values()} == {"Retain"}
    assert SECRET not in json.dumps(template)
    assert "(sensitive)" in json.dumps(template)


def test_no_report_shows_what_is_sensitive(tmp_path: Path) -> None:
    resources = reference_resources()
    for one in resources:
        if one["type"] == "aws_ecs_task_definition":
            containers = json.loads(one["instances"][0]["attributes"]["container_definitions"])
            containers[0]["command"] = ["serve", "--key", "swordfish"]
            attributes = one["instances"][0]["attributes"]
            attributes["container_definitions"] = json.dumps(containers)
            one["instances"][0]["sensitive_attributes"] = [
                [{"type": "get_attr", "value": "container_definitions"}]
            ]
    adoption = adopted(tmp_path, service_template(), *resources)

    shown = as_text(adoption, files={}) + json.dumps(as_document(adoption, files={}))
    shown += json.dumps(as_is(adoption.stacks[0]))
    assert "swordfish" not in shown
    assert SECRET not in shown
    assert "(sensitive)" in shown


def test_rules_groups_and_policies_by_name(tmp_path: Path) -> None:
    rule = {"RuleName": "dev-checkout", "FixedRate": 0, "Priority": 100, "ReservoirSize": 0,
            "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*",
            "URLPath": "/checkout/*", "ResourceARN": "*", "Version": 1}  # fmt: skip
    group = {"GroupName": "faults", "FilterExpression": "fault = true"}
    policy = {"ManagedPolicyName": "xray-write", "PolicyDocument": {"Statement": []}}
    template = {
        "Resources": {
            "Rule": {"Type": "AWS::XRay::SamplingRule", "Properties": {"SamplingRule": rule}},
            "Faults": {"Type": "AWS::XRay::Group", "Properties": group},
            "Write": {"Type": "AWS::IAM::ManagedPolicy", "Properties": policy},
        }
    }
    arn = "arn:aws:iam::111122223333:policy/xray-write"
    adoption = adopted(
        tmp_path,
        template,
        sampling_rule("dev-checkout"),
        resource("aws_xray_group", "faults", {
            "group_name": "faults", "arn": "arn:aws:xray:eu-west-1:111122223333:group/faults/1",
            "filter_expression": "fault"}),
        resource("aws_iam_policy", "write", {
            "name": "xray-write", "arn": arn, "path": "/", "policy": "{}"}),
    )  # fmt: skip

    assert set(adoption.stacks[0].mapping) == {"Rule", "Faults", "Write"}
    found = differences(adoption)
    assert found["Rule.SamplingRule.FixedRate"] == ("updates", "0.5", "0")
    assert found["Faults.FilterExpression"] == ("updates", "fault", "fault = true")


def test_a_state_of_another_account_or_region_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        adopted(
            tmp_path,
            service_template(),
            *reference_resources(),
            environment="999999999999/us-east-1",
        )

    assert [problem.what.partition(" must")[0] for problem in raised.value.problems] == [
        "the account",
        "the region",
    ]


def test_a_state_with_nothing_of_the_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="must hold a resource of the environment"):
        adopted(tmp_path, service_template(), resource("aws_s3_bucket", "one", {"bucket": "b"}))


@pytest.mark.parametrize(
    ("kind", "name", "value", "said"),
    [
        ("aws_ecs_service", "load_balancer", {"a": 1}, "load_balancer must be a list (got a"),
        ("aws_ecs_service", "load_balancer", ["a"], "load_balancer must be a list of blocks"),
        ("aws_ecs_service", "network_configuration", [{"subnets": [1]}],
         "network_configuration: subnets must be a list of texts"),
        ("aws_iam_role", "managed_policy_arns", True, "managed_policy_arns must be a list"),
        ("aws_ecs_task_definition", "volume", 3, "volume must be a list (got a number)"),
    ],
)  # fmt: skip
def test_an_attribute_of_another_shape_is_named(
    tmp_path: Path, kind: str, name: str, value: Any, said: str
) -> None:
    resources = reference_resources()
    (one,) = (resource for resource in resources if resource["type"] == kind)
    one["instances"][0]["attributes"][name] = value

    with pytest.raises(ConfigurationError) as raised:
        adopted(tmp_path, service_template(), *resources)
    assert said in str(raised.value)
    assert str(raised.value).startswith(f"{kind}.")


def test_containers_that_are_no_json_are_named(tmp_path: Path) -> None:
    broken = resource(
        "aws_ecs_task_definition",
        "this",
        {"family": "f", "arn": "a", "container_definitions": "${jsonencode(x)}"},
    )
    with pytest.raises(ConfigurationError, match=r"aws_ecs_task_definition\.this: container_def"):
        adopted(tmp_path, service_template(), broken)
