"""An existing task definition in a stack, and in a service of an environment file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

from cdk_ecs_xray import (
    ConfigurationError,
    EcsXRayError,
    Naming,
    TracedTaskDefinition,
    TracedTaskDefinitionFile,
    XRayDaemon,
)
from tests.task_files import TASK, VALUES

Synthesise = Callable[[Callable[[cdk.Stack], object]], Any]


@pytest.fixture
def task_file(tmp_path: Path) -> Path:
    path = tmp_path / "task.json"
    path.write_text(TASK)
    return path


def grants(stack: Any) -> dict[str, Any]:
    """Return every statement, by its first action."""
    return {
        str(statement["Action"][0]): statement
        for policy in stack.resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    }


def test_a_stack_gets_sidecar_wiring_log_group_and_roles(
    synthesise: Synthesise, task_file: Path
) -> None:
    naming = Naming(namespace="fq", environment="dev", service="web")
    file = TracedTaskDefinitionFile.from_file(task_file, values=VALUES, naming=naming)

    stack = synthesise(lambda stack: TracedTaskDefinition(stack, "Task", file=file))

    task = stack.properties("AWS::ECS::TaskDefinition")
    app, sidecar = task["ContainerDefinitions"]
    assert (task["Cpu"], app["Name"], app["Image"]) == ("1024", "web", "registry.example.com/web:7")
    assert app["DockerLabels"] == {"com.example.team": "shop"}
    assert app["LogConfiguration"] == {"LogDriver": "json-file", "Options": {"max-size": "10m"}}
    assert app["Links"] == ["fq-dev-xray"]
    assert app["DependsOn"] == [{"ContainerName": "fq-dev-xray", "Condition": "START"}]
    assert {"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "fq-dev-xray:2000"} in app["Environment"]
    group_id, group = next(iter(stack.resources("AWS::Logs::LogGroup").items()))
    assert group["Properties"]["LogGroupName"] == "/fq/dev/web/instance/xray"
    assert sidecar["LogConfiguration"]["Options"] == {
        "awslogs-group": {"Ref": group_id},
        "awslogs-region": {"Ref": "AWS::Region"},
        "awslogs-stream-prefix": "xray",
        "mode": "non-blocking",
    }
    assert task["Volumes"] == [
        {
            "Name": "pages",
            "EFSVolumeConfiguration": {
                "FilesystemId": "fs-1",
                "AuthorizationConfig": {"IAM": "ENABLED"},
            },
        }
    ]
    assert {"xray:PutTraceSegments", "logs:CreateLogStream"} <= grants(stack).keys()
    assert len(stack.resources("AWS::IAM::Role")) == 2
    assert stack.warnings == []


def test_roles_of_ones_own_are_granted_and_used(synthesise: Synthesise, task_file: Path) -> None:
    file = TracedTaskDefinitionFile.from_file(
        task_file,
        values=VALUES,
        collector=XRayDaemon(
            role_arn="arn:aws:iam::444455556666:role/traces",
            registry="111122223333.dkr.ecr.eu-west-1.amazonaws.com/ecr-public",
        ),
    )

    def build(stack: cdk.Stack) -> None:
        principal = iam.ServicePrincipal("ecs-tasks.amazonaws.com")
        TracedTaskDefinition(
            stack,
            "Task",
            file=file,
            family="web",
            logging="none",
            task_role=iam.Role(stack, "Mine", assumed_by=principal),
            execution_role=iam.Role(stack, "Other", assumed_by=principal),
        )

    stack = synthesise(build)

    task = stack.properties("AWS::ECS::TaskDefinition")
    assert task["Family"] == "web"
    assert task["TaskRoleArn"]["Fn::GetAtt"][0].startswith("Mine")
    assert task["ExecutionRoleArn"]["Fn::GetAtt"][0].startswith("Other")
    assert "LogConfiguration" not in task["ContainerDefinitions"][1]
    assert stack.resources("AWS::Logs::LogGroup") == {}
    actions = json.dumps(list(grants(stack).values()))
    for action in ("xray:PutTraceSegments", "sts:AssumeRole", "ecr:BatchGetImage"):
        assert action in actions


@pytest.mark.parametrize("role", ["arn:aws:iam::111122223333:role/shop", "shop"])
def test_a_role_that_the_file_names_is_granted_and_stays(
    synthesise: Synthesise, task_file: Path, role: str
) -> None:
    task_file.write_text(TASK.replace('"cpu"', f'"taskRoleArn": "{role}", "cpu"'))
    file = TracedTaskDefinitionFile.from_file(task_file, values=VALUES)

    stack = synthesise(lambda stack: TracedTaskDefinition(stack, "Task", file=file, logging="none"))

    assert stack.properties("AWS::ECS::TaskDefinition")["TaskRoleArn"] == role
    assert stack.resources("AWS::IAM::Role") == {}
    (policy,) = stack.resources("AWS::IAM::Policy").values()
    assert policy["Properties"]["Roles"] == ["shop"]


def test_a_family_given_twice_is_refused(task_file: Path) -> None:
    task_file.write_text(TASK.replace('"cpu"', '"family": "mine", "cpu"'))
    file = TracedTaskDefinitionFile.from_file(task_file, values=VALUES)

    with pytest.raises(ConfigurationError, match="family must be given once"):
        TracedTaskDefinition(cdk.Stack(cdk.App(), "S"), "Task", file=file, family="other")


def test_a_collector_by_hand_is_deployed_as_it_is_with_a_warning(
    synthesise: Synthesise, task_file: Path
) -> None:
    by_hand = '{"name": "xray", "image": "amazon/aws-xray-daemon:3.x"}, {'
    text = TASK.replace('{\n      "name": "${SERVICE_NAME}', by_hand + '"name": "${SERVICE_NAME}')
    task_file.write_text(text)
    file = TracedTaskDefinitionFile.from_file(task_file, values=VALUES)

    stack = synthesise(lambda stack: TracedTaskDefinition(stack, "Task", file=file))

    task = stack.properties("AWS::ECS::TaskDefinition")
    assert [definition["Name"] for definition in task["ContainerDefinitions"]] == ["xray", "web"]
    assert stack.resources("AWS::Logs::LogGroup") == {}
    assert ["ecs-xray:collector-kept" in warning for warning in stack.warnings] == [True]
    assert "xray:PutTraceSegments" in grants(stack)


def test_placeholders_need_values_and_values_placeholders(
    task_file: Path, reads_well: Callable[[object], bool]
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        TracedTaskDefinitionFile.from_file(task_file, values={"TAG": 1, "TYPO": 2})

    problems = [str(problem) for problem in raised.value.problems]
    assert len(problems) == 3
    assert all(reads_well(problem) for problem in problems)
    assert "a value for the placeholder ${CPU} is required" in problems[0]
    assert "got one for 'TYPO'" in problems[2]


def test_a_bare_list_needs_its_network_mode(task_file: Path) -> None:
    task_file.write_text('[{"name": "web", "image": "nginx:1"}]')

    with pytest.raises(EcsXRayError, match="the network mode is required"):
        TracedTaskDefinitionFile.from_file(task_file)
    file = TracedTaskDefinitionFile.from_file(task_file, network_mode="awsvpc")
    assert file.content["networkMode"] == "awsvpc"
