"""What a task definition says besides its containers: its system, launch type and roles."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
import pytest

from cdk_ecs_xray import EcsXRayError
from cdk_ecs_xray.inject import TracingOptions, trace_text
from cdk_ecs_xray.inject.definition import READ_ONLY

ANYWHERE = TracingOptions(region="us-east-1", writes_log=False)
APP: Mapping[str, Any] = {"name": "app", "image": "nginx:1"}


@pytest.mark.parametrize(
    "task",
    [
        {"placementConstraints": [{"expression": "attribute:ecs.os-type == windows"}]},
        {"containerDefinitions": [{**APP, "image": "mcr.microsoft.com/windows/servercore:1"}]},
        {"volumes": [{"name": "v", "fsxWindowsFileServerVolumeConfiguration": {"a": "b"}}]},
    ],
    ids=str,
)
def test_a_windows_task_is_refused_by_any_sign_of_it(
    reads_well: Callable[[object], bool], task: Mapping[str, Any]
) -> None:
    text = json.dumps({"containerDefinitions": [APP], **task})

    with pytest.raises(EcsXRayError, match="must be Linux") as raised:
        trace_text(text, where="task.json", options=ANYWHERE)

    assert reads_well(str(raised.value))


def logging(group: str = "/ecs/app", **options: str) -> Mapping[str, Any]:
    found = {"awslogs-group": group, "awslogs-region": "us-east-1", **options}
    return {**APP, "logConfiguration": {"logDriver": "awslogs", "options": found}}


def warned(task: Mapping[str, Any], options: TracingOptions | None = None) -> list[str]:
    chosen = TracingOptions() if options is None else options
    result = trace_text(json.dumps(task), where="task.json", options=chosen)
    return [one.id for one in result.injection.warnings]


@pytest.mark.parametrize("launch_type", ["FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])
@pytest.mark.parametrize("role", [{}, {"executionRoleArn": ""}, {"executionRoleArn": None}])
def test_awslogs_needs_an_execution_role_where_no_instance_writes(
    launch_type: str, role: Mapping[str, Any]
) -> None:
    mode = "bridge" if launch_type == "EXTERNAL" else "awsvpc"
    task = {
        "networkMode": mode,
        "requiresCompatibilities": [launch_type],
        "containerDefinitions": [logging()],
        **role,
    }

    assert "ecs-xray:no-execution-role" in warned(task)
    assert "ecs-xray:no-execution-role" not in warned({**task, "executionRoleArn": "arn:aws:x"})
    assert "ecs-xray:no-execution-role" not in warned(
        task, TracingOptions(region="us-east-1", writes_log=False)
    )


def test_an_instance_writes_its_own_logs() -> None:
    task = {"requiresCompatibilities": ["EC2"], "containerDefinitions": [logging()]}

    assert warned(task) == ["ecs-xray:no-task-role"]


@pytest.mark.parametrize("role", ["", None])
def test_an_empty_role_is_none(role: str | None) -> None:
    task = {"taskRoleArn": role, "containerDefinitions": [logging()]}

    assert "ecs-xray:no-task-role" in warned(task)


def test_empty_texts_are_none_for_mode_and_log_group_too() -> None:
    task = {
        "networkMode": "",
        "containerDefinitions": [logging(""), {**logging("/ecs/b"), "name": "b"}],
    }

    result = trace_text(json.dumps(task), where="task.json", options=TracingOptions())

    sidecar: Any = result.injection.sidecar
    assert sidecar["portMappings"][0]["hostPort"] == 0
    assert sidecar["logConfiguration"]["options"]["awslogs-group"] == "/ecs/b"


def test_what_cannot_be_registered_is_what_the_api_says() -> None:
    model: Any = botocore.session.get_session().get_service_model("ecs")
    described = model.operation_model("DescribeTaskDefinition").output_shape.members
    registered = model.operation_model("RegisterTaskDefinition").input_shape.members

    assert set(described["taskDefinition"].members) - set(registered) == READ_ONLY


@pytest.mark.parametrize("value", ["true", "True"])
def test_a_group_that_awslogs_creates_may_be_created_by_the_sidecar(value: str) -> None:
    # Sorted by name: the group of the second container is taken, and its option with it.
    apps = [
        logging("/ecs/z"),
        {**logging("/ecs/b", **{"awslogs-create-group": value}), "name": "b"},
    ]

    result = trace_text(
        json.dumps({"containerDefinitions": apps}), where="task.json", options=TracingOptions()
    )

    sidecar: Any = result.injection.sidecar
    assert sidecar["logConfiguration"]["options"]["awslogs-create-group"] == "true"


@pytest.mark.parametrize(("group", "creates"), [("/ecs/app", "true"), ("/ecs/other", None)])
def test_a_chosen_group_is_created_only_where_an_app_creates_it(
    group: str, creates: str | None
) -> None:
    app = logging("/ecs/app", **{"awslogs-create-group": "true"})

    injection = trace_text(
        json.dumps({"containerDefinitions": [app]}),
        where="task.json",
        options=TracingOptions(log_group=group),
    ).injection

    sidecar: Any = injection.sidecar
    assert sidecar["logConfiguration"]["options"].get("awslogs-create-group") == creates
    # What nobody creates is said to be needed before the first start.
    assert injection.log_group == (None if creates else group)


def test_a_group_that_exists_is_not_created() -> None:
    app = logging(**{"awslogs-create-group": "false"})

    result = trace_text(
        json.dumps({"containerDefinitions": [app]}), where="task.json", options=TracingOptions()
    )

    sidecar: Any = result.injection.sidecar
    assert "awslogs-create-group" not in sidecar["logConfiguration"]["options"]
