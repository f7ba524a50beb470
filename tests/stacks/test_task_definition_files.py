"""A service of an environment file that brings its own task definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray import (
    ConfigurationError,
)
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.stacks.stage import EnvironmentStage
from tests.task_files import TASK

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
def task_file(tmp_path: Path) -> Path:
    path = tmp_path / "task.json"
    path.write_text(TASK)
    return path


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
    assert [definition["Name"] for definition in task["ContainerDefinitions"]] == [
        "web",
        "fq-dev-xray",
    ]
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
        ("tasks/web", "tasks/none", "not found"),
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
        ('"networkMode": "awsvpc"', "network_mode awsvpc requires `vpc.subnets`"),
        (
            '"networkMode": "bridge", "requiresCompatibilities": ["EXTERNAL"]',
            "launch must be what requiresCompatibilities of",
        ),
    ],
)
def test_a_shape_that_the_service_does_not_say_is_refused(
    environment_file: Path, field: str, said: str
) -> None:
    (environment_file.parent / "tasks" / "web.json").write_text(
        TASK.replace('"networkMode": "bridge"', field)
    )

    with pytest.raises(ConfigurationError, match=said):
        Environment.from_file(environment_file)


DAEMON = """\
    {"name": "tracer", "image": "amazon/aws-xray-daemon:3.x", "memory": 64LOG},
    {
      "name": "${SERVICE_NAME}",
      "links": ["tracer"],
"""
LOG = """, "logConfiguration": {"logDriver": "awslogs",
     "options": {"awslogs-group": "/ecs/tracer", "awslogs-region": "eu-west-1"}}"""


@pytest.mark.parametrize(("log", "groups"), [(LOG, 0), ("", 1)], ids=["its own log", "no log"])
def test_a_collector_of_the_file_is_replaced_where_asked_for(
    assemble: Callable[..., Mapping[str, Any]],
    environment_file: Path,
    tmp_path: Path,
    log: str,
    groups: int,
) -> None:
    task = TASK.replace('    {\n      "name": "${SERVICE_NAME}",\n', DAEMON.replace("LOG", log))
    (tmp_path / "tasks" / "web.json").write_text(task)
    environment_file.write_text(
        ENVIRONMENT.replace("services:", "collector: adot\nexporter: both\nservices:")
        + "    replace_collector: true\n"
    )
    environment = Environment.from_file(environment_file)

    stack = assemble(lambda app: EnvironmentStage(app, environment=environment))["fq-dev-web"]

    found = stack.containers()
    assert list(found) == ["tracer", "web"]
    assert "aws-otel-collector" in found["tracer"]["Image"]
    assert found["web"]["Links"] == ["tracer"]
    assert len(stack.resources("AWS::Logs::LogGroup")) == groups
    group = found["tracer"]["LogConfiguration"]["Options"]["awslogs-group"]
    assert (group == "/ecs/tracer") == (groups == 0)
    # The task role's statements follow the exporter.
    statements = [
        action
        for policy in stack.resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    ]
    assert "xray:PutSpans" in statements


def test_replacing_needs_a_file(environment_file: Path) -> None:
    environment_file.write_text(
        ENVIRONMENT.partition("    task_definition:")[0]
        + "    image: web:1\n    replace_collector: false\n"
    )

    with pytest.raises(ConfigurationError, match="replace_collector requires `task_definition`"):
        Environment.from_file(environment_file)
