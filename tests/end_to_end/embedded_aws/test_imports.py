"""Change sets that import: what they take, and what they refuse as AWS does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws

RULE = {
    "RuleName": "kept", "Priority": 1, "FixedRate": 0.5, "ReservoirSize": 0, "ServiceName": "*",
    "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "ResourceARN": "*",
    "Version": 1,
}  # fmt: skip


@pytest.fixture
def made(aws: EmbeddedAws) -> Mapping[str, tuple[str, dict[str, Any], dict[str, str]]]:
    """One resource of each type, outside of any stack: type, properties, identifier."""
    ecs, xray = aws.client("ecs"), aws.client("xray")
    ecs.create_cluster(clusterName="shared")
    task = ecs.register_task_definition(
        family="orders", containerDefinitions=[{"name": "app", "image": "app:1", "memory": 64}]
    )["taskDefinition"]["taskDefinitionArn"]
    service = ecs.create_service(
        cluster="shared", serviceName="orders", taskDefinition=task, desiredCount=0
    )["service"]["serviceArn"]
    rule = xray.create_sampling_rule(SamplingRule=RULE)["SamplingRuleRecord"]["SamplingRule"]
    group = xray.create_group(GroupName="faults")["Group"]["GroupARN"]
    containers = [{"Name": "app", "Image": "app:1", "Memory": 64}]
    return {
        "Task": (
            "AWS::ECS::TaskDefinition",
            {"Family": "orders", "ContainerDefinitions": containers},
            {"TaskDefinitionArn": task},
        ),
        "Service": (
            "AWS::ECS::Service",
            {"Cluster": "shared", "ServiceName": "orders", "TaskDefinition": {"Ref": "Task"},
             "DesiredCount": 0},
            {"Cluster": "shared", "ServiceArn": service},
        ),
        "Rule": ("AWS::XRay::SamplingRule", {"SamplingRule": RULE}, {"RuleARN": rule["RuleARN"]}),
        "Group": ("AWS::XRay::Group", {"GroupName": "faults"}, {"GroupARN": group}),
    }  # fmt: skip


def template(made: Mapping[str, Any]) -> str:
    resources = {
        name: {"Type": kind, "Properties": properties, "DeletionPolicy": "Retain"}
        for name, (kind, properties, _) in made.items()
    }
    return json.dumps({"Resources": resources})


def imported(aws: EmbeddedAws, made: Mapping[str, Any]) -> dict[str, Any]:
    """Create an import change set; its description."""
    client = aws.client("cloudformation")
    client.create_change_set(
        StackName="orders",
        ChangeSetName="take",
        ChangeSetType="IMPORT",
        TemplateBody=template(made),
        ResourcesToImport=[
            {"ResourceType": kind, "LogicalResourceId": name, "ResourceIdentifier": identifier}
            for name, (kind, _, identifier) in made.items()
        ],
    )
    found: dict[str, Any] = client.describe_change_set(StackName="orders", ChangeSetName="take")
    return found


def test_existing_resources_become_a_stacks_own_and_stay_as_they_are(
    aws: EmbeddedAws, made: Mapping[str, Any]
) -> None:
    assert imported(aws, made)["Status"] == "CREATE_COMPLETE"
    client = aws.client("cloudformation")
    client.execute_change_set(StackName="orders", ChangeSetName="take")
    client.get_waiter("stack_import_complete").wait(
        StackName="orders", WaiterConfig={"Delay": 1, "MaxAttempts": 15}
    )

    resources = client.list_stack_resources(StackName="orders")["StackResourceSummaries"]
    assert {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources} == {
        "Task": made["Task"][2]["TaskDefinitionArn"],
        "Service": made["Service"][2]["ServiceArn"],
        "Rule": made["Rule"][2]["RuleARN"],
        "Group": made["Group"][2]["GroupARN"],
    }
    client.delete_stack(StackName="orders")
    client.get_waiter("stack_delete_complete").wait(
        StackName="orders", WaiterConfig={"Delay": 1, "MaxAttempts": 15}
    )
    services = aws.client("ecs").list_services(cluster="shared")["serviceArns"]
    assert services == [made["Service"][2]["ServiceArn"]]


@pytest.mark.parametrize("name", ["Task", "Service", "Rule", "Group"])
def test_what_does_not_exist_fails_the_change_set(
    aws: EmbeddedAws, made: dict[str, Any], name: str
) -> None:
    kind, properties, identifier = made[name]
    wrong = {
        key: value if key == "Cluster" else value.replace("orders", "none")
        .replace("kept", "none").replace("faults", "none")
        for key, value in identifier.items()
    }  # fmt: skip

    found = imported(aws, {**made, name: (kind, properties, wrong)})

    assert found["Status"] == "FAILED"
    assert f"Resource of type '{kind}' with identifier" in found["StatusReason"]


def test_a_summary_of_a_template_says_what_identifies_its_resources(
    aws: EmbeddedAws, made: Mapping[str, Any]
) -> None:
    summary = aws.client("cloudformation").get_template_summary(TemplateBody=template(made))

    found = {
        one["ResourceType"]: (one["LogicalResourceIds"], set(one["ResourceIdentifiers"]))
        for one in summary["ResourceIdentifierSummaries"]
    }
    assert found == {
        kind: ([name], set(identifier)) for name, (kind, _, identifier) in made.items()
    }
