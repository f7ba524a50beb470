"""What the kit deploys beside X-Ray: an ECS service on EC2 with all that it stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from tests.end_to_end.embedded_aws.ecs_template import AMI, resource, template


def described(aws: EmbeddedAws, stack: Any) -> dict[str, Any]:
    found: dict[str, Any] = aws.client("ecs").describe_services(
        cluster=stack.physical_id("Cluster"),
        services=[stack.physical_id("Service")],
        include=["TAGS"],
    )["services"][0]
    return found


def registered(aws: EmbeddedAws, name: str = "signup") -> dict[str, Any]:
    found: dict[str, Any] = aws.client("ecs").describe_task_definition(
        taskDefinition=name, include=["TAGS"]
    )
    return found


def own(tags: list[dict[str, str]]) -> dict[str, str]:
    return {t["key"]: t["value"] for t in tags if not t["key"].startswith("aws:")}


def test_containers_keep_all_that_the_template_declares(aws: EmbeddedAws, stack: Any) -> None:
    status = stack.create(template(), Tags=[{"Key": "env", "Value": "dev"}])
    assert status == "CREATE_COMPLETE"
    answer = registered(aws)
    task = answer["taskDefinition"]
    app, xray = task["containerDefinitions"]

    assert app["dependsOn"] == [{"containerName": "xray", "condition": "START"}]
    assert app["links"] == ["xray"]
    assert app["dockerLabels"] == {"Com.Example": "Label"}
    assert app["secrets"] == [{"name": "TOKEN", "valueFrom": "arn:aws:ssm:::parameter/token"}]
    assert app["ulimits"] == [{"name": "nofile", "softLimit": 1, "hardLimit": 2}]
    assert app["mountPoints"] == [
        {"sourceVolume": "data", "containerPath": "/data", "readOnly": True}
    ]
    assert app["logConfiguration"]["options"] == {"Mode": "non-blocking"}
    assert (app["essential"], app["cpu"]) == (True, 0)

    assert xray["essential"] is False
    assert xray["portMappings"] == [{"containerPort": 2000, "hostPort": 0, "protocol": "udp"}]
    assert xray["healthCheck"] == {"command": ["CMD", "/xray", "--version"], "interval": 30}
    assert xray["restartPolicy"] == {
        "enabled": True,
        "restartAttemptPeriod": 60,
        "ignoredExitCodes": [0],
    }
    assert xray["linuxParameters"] == {
        "capabilities": {"drop": ["ALL"]},
        "initProcessEnabled": True,
    }
    assert xray["firelensConfiguration"]["options"] == {"Enable-ECS": "true"}

    assert task["networkMode"] == "bridge"
    assert task["runtimePlatform"] == {"cpuArchitecture": "ARM64"}
    assert task["volumes"] == [{"name": "data", "host": {"sourcePath": "/data"}}]
    assert own(answer["tags"]) == {"team": "growth", "env": "dev"}


def test_a_service_keeps_all_that_the_template_declares(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(template(), Tags=[{"Key": "env", "Value": "dev"}])
    found = described(aws, stack)
    assert found["launchType"] == "EC2"
    assert found["desiredCount"] == 1
    assert found["enableExecuteCommand"] is True
    assert found["propagateTags"] == "SERVICE"
    assert found["enableECSManagedTags"] is True
    assert found["placementStrategy"] == [{"type": "spread", "field": "instanceId"}]
    assert found["placementConstraints"] == [{"type": "distinctInstance"}]
    assert found["schedulingStrategy"] == "REPLICA"
    assert found["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] is True
    assert own(found["tags"]) == {"env": "dev"}
    assert found["serviceName"].startswith("signup-Service-")


def test_an_update_reaches_the_service_and_its_log_group(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(template())
    before = described(aws, stack)

    changed = template(retention=14, image="app:2", DesiredCount=3, EnableExecuteCommand=False)
    properties = changed["Resources"]["Service"]["Properties"]
    del properties["PropagateTags"]
    # "To remove this property … specify an empty array": leaving it out would keep it.
    properties["PlacementStrategies"] = []
    del properties["PlacementConstraints"]
    assert stack.update(changed) == "UPDATE_COMPLETE"

    after = described(aws, stack)
    assert after["serviceArn"] == before["serviceArn"]
    assert after["desiredCount"] == 3
    assert after["enableExecuteCommand"] is False
    assert after["propagateTags"] == "NONE"
    assert after["placementStrategy"] == []
    assert after["placementConstraints"] == before["placementConstraints"]
    assert after["taskDefinition"].endswith("signup:2")
    assert registered(aws, "signup:1")["taskDefinition"]["status"] == "INACTIVE"
    (group,) = aws.client("logs").describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 14


def test_an_unchanged_template_is_no_update(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(template())
    client = aws.client("cloudformation")
    with pytest.raises(client.exceptions.ClientError, match="No updates are to be performed"):
        stack.update(template())


def test_a_failed_update_is_taken_back_everywhere(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(template())
    broken = template(retention=30, image="app:2", DesiredCount=4)
    broken["Resources"]["Broken"] = resource(
        "XRay::SamplingRule", {"SamplingRule": {"RuleName": "broken"}}, DependsOn=["Service"]
    )
    assert stack.update(broken) == "UPDATE_ROLLBACK_COMPLETE"
    found = described(aws, stack)
    assert found["desiredCount"] == 1
    assert found["taskDefinition"].endswith("signup:1")
    (group,) = aws.client("logs").describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 7


@pytest.mark.parametrize(
    "properties", [{"ServiceName": "renamed"}, {"SchedulingStrategy": "DAEMON"}]
)
def test_what_aws_cannot_change_in_place_makes_a_new_service(
    aws: EmbeddedAws, stack: Any, properties: dict[str, Any]
) -> None:
    stack.create(template())
    before = described(aws, stack)["serviceArn"]
    assert stack.update(template(**properties)) == "UPDATE_COMPLETE"
    after = described(aws, stack)
    assert after["serviceArn"] != before
    assert after["status"] == "ACTIVE"
    listed = aws.client("ecs").list_services(cluster=stack.physical_id("Cluster"))
    assert listed["serviceArns"] == [after["serviceArn"]]


def test_drift_finds_what_was_changed_by_hand(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(template())
    found = stack.drift()
    assert {found[name][0] for name in ("Service", "Task", "Logs", "Role")} == {"IN_SYNC"}

    aws.client("ecs").update_service(
        cluster=stack.physical_id("Cluster"),
        service=stack.physical_id("Service"),
        desiredCount=9,
        deploymentConfiguration={"maximumPercent": 150, "minimumHealthyPercent": 50},
    )
    aws.client("ecs").deregister_task_definition(taskDefinition="signup:1")
    aws.client("logs").put_retention_policy(logGroupName="/fq/dev/signup", retentionInDays=90)

    found = stack.drift()
    assert found["Service"][0] == "MODIFIED"
    assert "/DesiredCount" in found["Service"][1]
    assert "/DeploymentConfiguration/MaximumPercent" in found["Service"][1]
    assert found["Task"] == ("DELETED", [])
    assert found["Logs"] == ("MODIFIED", ["/RetentionInDays"])

    aws.client("ecs").delete_service(
        cluster=stack.physical_id("Cluster"), service=stack.physical_id("Service"), force=True
    )
    assert stack.drift()["Service"] == ("DELETED", [])


def test_a_deleted_stack_leaves_only_what_it_retains(aws: EmbeddedAws, stack: Any) -> None:
    stack.create(template())
    assert stack.delete() == "DELETE_COMPLETE"
    assert [g["logGroupName"] for g in aws.client("logs").describe_log_groups()["logGroups"]] == [
        "/fq/dev/signup"
    ]
    assert aws.client("ecs").list_clusters()["clusterArns"] == []
    assert aws.client("ecs").list_task_definitions()["taskDefinitionArns"] == []
    assert aws.client("iam").list_roles()["Roles"] == []
    assert aws.client("iam").list_instance_profiles()["InstanceProfiles"] == []
    scaling = aws.client("autoscaling").describe_auto_scaling_groups()
    assert scaling["AutoScalingGroups"] == []
    assert [v["CidrBlock"] for v in aws.client("ec2").describe_vpcs()["Vpcs"]] == ["172.31.0.0/16"]


@pytest.mark.parametrize(
    ("parameter", "architecture"),
    [
        (AMI, "x86_64"),
        (AMI.replace("/recommended", "/arm64/recommended"), "arm64"),
        (AMI.replace("linux-2023", "linux-2"), "x86_64"),
        (AMI.replace("linux-2023", "linux-2/arm64"), "arm64"),
        ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-arm64", "arm64"),
    ],
)
def test_public_parameters_name_an_image_that_exists(
    aws: EmbeddedAws, parameter: str, architecture: str
) -> None:
    value = aws.client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"]
    (image,) = aws.client("ec2").describe_images(ImageIds=[value])["Images"]
    assert architecture in image["Name"]


def test_a_template_resolves_its_machine_image(stack: Any) -> None:
    stack.create(template())
    assert stack.outputs()["Image"].startswith("ami-")


def test_no_container_engine_is_ever_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the Docker SDK is installed: this one would leave a mark."""
    mark = tmp_path / "docker-was-imported"
    (tmp_path / "docker.py").write_text(f"open({str(mark)!r}, 'w').close()")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with EmbeddedAws.start() as aws:
        ecs = aws.client("ecs")
        ecs.register_task_definition(
            family="app", containerDefinitions=[{"name": "app", "image": "app:1", "memory": 16}]
        )
        ecs.run_task(taskDefinition="app")
        (arn,) = ecs.list_tasks()["taskArns"]
        (task,) = ecs.describe_tasks(tasks=[arn])["tasks"]
    assert task["containers"][0]["name"] == "app"
    assert not mark.exists()
