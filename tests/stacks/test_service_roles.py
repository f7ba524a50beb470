"""What the roles of a service may, and what is said of roles that exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.stacks.conftest import SERVICE

Stages = Callable[..., Mapping[str, Any]]
TASK_POLICY = "TaskDefinitionTaskRoleDefaultPolicy282E8624"
EXECUTION_POLICY = "TaskDefinitionExecutionRoleDefaultPolicy1F3406F5"
PLACE = {"account": "111111111111", "region": "eu-west-1"}


def statements(stacks: Mapping[str, Any], policy: str) -> list[Any]:
    resource = stacks["fq-dev-api"].template["Resources"][policy]
    found: list[Any] = resource["Properties"]["PolicyDocument"]["Statement"]
    return found


def allowed(stages: Stages, policy: str, **service: Any) -> dict[str, str]:
    """Return what a policy allows, by action."""
    keys = {**SERVICE, "cluster": "shared", **service}
    keys = {key: value for key, value in keys.items() if value is not None}
    stacks = stages({"name": "dev", **PLACE, "services": [keys]})
    return {
        action: str(statement["Resource"])
        for statement in statements(stacks, policy)
        for action in (
            statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        )
    }


def test_without_more_keys_each_role_may_what_tracing_and_logs_need(stages: Stages) -> None:
    task = allowed(stages, TASK_POLICY)
    execution = allowed(stages, EXECUTION_POLICY)

    assert {action.partition(":")[0] for action in task} == {"xray"}
    assert set(execution) == {"logs:CreateLogStream", "logs:PutLogEvents"}


@pytest.mark.parametrize(
    ("keys", "action", "resource"),
    [
        ({"image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/api:1"},
         "ecr:BatchGetImage", ":ecr:eu-west-1:111122223333:repository/team/api"),
        ({"secrets": {"A": {"secret": "shop/db", "key": "k"}}},
         "secretsmanager:GetSecretValue", ":secret:shop/db-??????"),
        ({"secrets": {"A": "/shop/a"}}, "ssm:GetParameters",
         ":ssm:eu-west-1:111111111111:parameter/shop/a"),
        ({"environment_files": ["arn:aws:s3:::b/a.env"]}, "s3:GetObject", "arn:aws:s3:::b/a.env"),
        ({"log_group": "/theirs"}, "logs:PutLogEvents", "log-group:/theirs"),
    ],
    ids=str,
)  # fmt: skip
def test_the_execution_role_may_what_its_keys_need(
    stages: Stages, keys: dict[str, Any], action: str, resource: str
) -> None:
    assert resource in allowed(stages, EXECUTION_POLICY, **keys)[action]


def test_the_task_role_may_open_the_channel_and_mount_the_file_system(stages: Stages) -> None:
    efs = {"file_system": "fs-00000001"}

    found = allowed(stages, TASK_POLICY, execute_command=True, volumes={"v": {"efs": efs}})
    without = allowed(stages, TASK_POLICY, volumes={"v": {"efs": {**efs, "iam": False}}})

    assert found["ssmmessages:OpenDataChannel"] == "*"
    assert "file-system/fs-00000001" in found["elasticfilesystem:ClientWrite"]
    assert "elasticfilesystem:ClientWrite" not in without


def test_a_schedule_may_run_this_task_and_pass_its_roles(stages: Stages) -> None:
    schedule = {"expression": "rate(1 hour)"}
    stacks = stages(
        {"name": "dev", **PLACE, "services": [{**SERVICE, "cluster": "c", "schedule": schedule}]}
    )

    resources = stacks["fq-dev-api"].template["Resources"]
    (policy,) = resources["ScheduleRole"]["Properties"]["Policies"]
    run, passed, *_ = policy["PolicyDocument"]["Statement"]
    assert run["Resource"] == {"Ref": "TaskDefinitionB36D86D9"}
    assert "cluster/c" in str(run["Condition"])
    assert len(passed["Resource"]) == 2
    assert "AWS::ECS::Service" not in {one["Type"] for one in resources.values()}


def test_of_roles_that_exist_nothing_changes_and_what_they_must_allow_is_said(
    stages: Stages, tmp_path: Path
) -> None:
    roles = {"task": "orders", "execution": f"arn:aws:iam::{PLACE['account']}:role/team/pull"}
    keys = {**SERVICE, "cluster": "c", "roles": roles, "secrets": {"A": "/shop/a"}}

    stacks = stages({"name": "dev", **PLACE, "services": [keys]}, folder=tmp_path)

    stack = stacks["fq-dev-api"]
    assert not {one["Type"] for one in stack.template["Resources"].values()} & {
        "AWS::IAM::Role", "AWS::IAM::Policy",
    }  # fmt: skip
    task = stack.properties("AWS::ECS::TaskDefinition")
    assert str(task["TaskRoleArn"]).endswith(":iam::111111111111:role/orders']]}")
    assert task["ExecutionRoleArn"] == roles["execution"]
    said = "".join(path.read_text() for path in tmp_path.rglob("*.json"))
    for part in (
        "the task role 'orders' must allow xray:GetSamplingRules",
        "team/pull' must allow ssm:GetParameters",
        "Nothing is added to a role that exists.",
    ):
        assert part in said
    assert stack.warnings == []
