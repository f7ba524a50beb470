"""An existing task definition in a stack, and in a service of an environment file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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
from stacks.environment import Environment
from stacks.stage import EnvironmentStage

Synthesise = Callable[[Callable[[cdk.Stack], object]], Any]
TASK = """\
{
  "networkMode": "bridge",
  "cpu": ${CPU},
  "containerDefinitions": [
    {
      "name": "${SERVICE_NAME}",
      "image": "registry.example.com/web:${TAG}",
      "memory": 64,
      "dockerLabels": {"com.example.team": "shop"},
      "logConfiguration": {"logDriver": "json-file", "options": {"max-size": "10m"}}
    }
  ],
  "volumes": [
    {
      "name": "pages",
      "efsVolumeConfiguration": {
        "fileSystemId": "fs-1",
        "authorizationConfig": {"iam": "ENABLED"}
      }
    }
  ]
}
"""
VALUES: Mapping[str, str | int] = {"CPU": "1024", "SERVICE_NAME": "web", "TAG": 7}


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
    assert [one["Name"] for one in task["ContainerDefinitions"]] == ["xray", "web"]
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


ENVIRONMENT = """\
name: dev
namespace: fq
sampling_rules: rules.yaml
services:
  - name: web
    task_definition: tasks/web.json
    task_definition_values: {CPU: 512, TAG: "1.2"}
    cluster: shared
"""


@pytest.fixture
def environment_file(tmp_path: Path, task_file: Path) -> Path:
    (tmp_path / "tasks").mkdir()
    task_file.rename(tmp_path / "tasks" / "web.json")
    (tmp_path / "rules.yaml").write_text(
        "rules:\n  - name: all\n    priority: 100\n    fixed_rate: 0.5\n"
    )
    path = tmp_path / "dev.yaml"
    path.write_text(ENVIRONMENT)
    return path


def test_a_service_of_an_environment_brings_its_own_task_definition(
    assemble: Callable[..., Mapping[str, Any]], environment_file: Path
) -> None:
    environment = Environment.from_file(environment_file)

    stack = assemble(lambda app: EnvironmentStage(app, environment=environment))["fq-dev-web"]

    task = stack.properties("AWS::ECS::TaskDefinition")
    assert (task["Family"], task["Cpu"]) == ("fq-dev-web", "512")
    assert [one["Name"] for one in task["ContainerDefinitions"]] == ["web", "fq-dev-xray"]
    (service,) = stack.resources("AWS::ECS::Service").values()
    (task_id,) = stack.resources("AWS::ECS::TaskDefinition")
    (group_id,) = stack.resources("AWS::Logs::LogGroup")
    assert service["Properties"]["TaskDefinition"] == {"Ref": task_id}
    # The reference setup's depends_on: log group and policy before the first task.
    assert group_id in service["DependsOn"]
    assert set(stack.resources("AWS::IAM::Policy")) & set(service["DependsOn"])


def test_its_name_in_xray_reaches_the_containers_of_the_file(
    assemble: Callable[..., Mapping[str, Any]], environment_file: Path
) -> None:
    environment_file.write_text(ENVIRONMENT + "    tracing_name: dev-web\n")
    environment = Environment.from_file(environment_file)

    stack = assemble(lambda app: EnvironmentStage(app, environment=environment))["fq-dev-web"]

    web = stack.containers()["web"]["Environment"]
    assert {"Name": "AWS_XRAY_TRACING_NAME", "Value": "dev-web"} in web


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "    cluster",
            "    image: nginx:1\n    cluster",
            "image and task_definition",
        ),
        (
            "    cluster",
            "    cpu: 0\n    cluster",
            "cpu and task_definition",
        ),
        ("tasks/web", "tasks/none", "the file must be readable"),
        ("CPU: 512, ", "", "a value for the placeholder ${CPU} is required"),
        ("    task_definition: tasks/web.json\n", "", "image is required"),
        ("CPU: 512", "CPU: 16", "the cpu of all containers must be at most the task's 16"),
    ],
)
def test_what_a_service_cannot_mean_is_refused(
    environment_file: Path, old: str, new: str, said: str
) -> None:
    environment_file.write_text(ENVIRONMENT.replace(old, new, 1))

    with pytest.raises(ConfigurationError) as raised:
        Environment.from_file(environment_file)

    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ('"networkMode": "awsvpc"', "networkMode must be bridge or host for a shipped service"),
        (
            '"networkMode": "bridge", "requiresCompatibilities": ["EXTERNAL"]',
            "requiresCompatibilities must name EC2",
        ),
    ],
)
def test_a_shape_that_a_shipped_service_cannot_run_is_refused(
    environment_file: Path, field: str, said: str
) -> None:
    (environment_file.parent / "tasks" / "web.json").write_text(
        TASK.replace('"networkMode": "bridge"', field)
    )

    with pytest.raises(ConfigurationError, match=said):
        Environment.from_file(environment_file)
