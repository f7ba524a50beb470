"""Stacks that the kit did not make: wired by hand, half deployed, or of a shape nobody expects."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.verify.checks import collector_logs
from tests.end_to_end.verify.traffic import DEADLINE

ACCOUNT = "444444444444"
Checks = Mapping[str, Sequence[Mapping[str, Any]]]


def logs_to(group: object) -> dict[str, Any]:
    return {
        "LogDriver": "awslogs",
        "Options": {"awslogs-group": group, "awslogs-region": "us-east-1"},
    }


def template(group: object = "/by/hand", **task: Any) -> dict[str, Any]:
    """An app with a daemon beside it, as people write it."""
    containers = [
        {
            "Name": "app",
            "Image": "app:1",
            "Memory": 64,
            "Environment": [{"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "xray-daemon:2000"}],
        },
        {
            "Name": "xray-daemon",
            "Image": "amazon/aws-xray-daemon:3.3.7",
            "Memory": 64,
            "LogConfiguration": logs_to(group),
        },
    ]
    definition = {"Family": "by-hand", "ContainerDefinitions": containers, **task}
    return {
        "Resources": {
            "Cluster": {"Type": "AWS::ECS::Cluster"},
            "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": definition},
            "Service": {
                "Type": "AWS::ECS::Service",
                "Properties": {
                    "Cluster": {"Ref": "Cluster"},
                    "TaskDefinition": {"Ref": "Task"},
                    "DesiredCount": 1,
                },
            },
        }
    }


@pytest.fixture(autouse=True)
def _account(_credentials: None, monkeypatch: pytest.MonkeyPatch, aws: EmbeddedAws) -> None:
    """Give these tests an account where nothing is left of the one before."""
    del _credentials
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
    client = aws.client("cloudformation", account=ACCOUNT)
    client.delete_stack(StackName="one")
    deadline = time.monotonic() + DEADLINE
    while client.list_stacks()["StackSummaries"] and any(
        summary["StackStatus"] != "DELETE_COMPLETE"
        for summary in client.list_stacks()["StackSummaries"]
    ):
        assert time.monotonic() < deadline, "the stack before did not go"
        time.sleep(0.02)


@pytest.fixture
def deploy(aws: EmbeddedAws) -> Callable[[Mapping[str, Any]], str]:
    """Create the stack of a template and return its status in the end."""

    def create(body: Mapping[str, Any]) -> str:
        client = aws.client("cloudformation", account=ACCOUNT)
        client.create_stack(
            StackName="one", TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_IAM"]
        )
        deadline = time.monotonic() + DEADLINE
        while True:
            status: str = client.describe_stacks(StackName="one")["Stacks"][0]["StackStatus"]
            if not status.endswith("IN_PROGRESS"):
                return status
            assert time.monotonic() < deadline, f"the stack stayed {status}"
            time.sleep(0.02)

    return create


@pytest.fixture
def look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Checks]:
    """Verify a template and return what each check said."""

    def call(body: Mapping[str, Any]) -> Checks:
        stack = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": "one.template.json", "stackName": "one"},
        }
        (tmp_path / "one.template.json").write_text(json.dumps(body))
        (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"one": stack}}))
        assert run(["verify", "--app", str(tmp_path), "--format", "json"]) == 1
        found: dict[str, list[Mapping[str, Any]]] = {}
        for check in json.loads(capsys.readouterr().out)["checks"]:
            found.setdefault(check["check"], []).append(check)
        return found

    return call


def said(checks: Checks, check: str) -> tuple[str, str]:
    """Return status and text of the only outcome of a check."""
    (one,) = checks[check]
    return one["status"], one["what"]


def test_a_daemon_wired_by_hand(
    aws: EmbeddedAws, deploy: Callable[..., str], look: Callable[..., Checks]
) -> None:
    logs = aws.client("logs", account=ACCOUNT)
    logs.create_log_group(logGroupName="/by/hand")
    assert deploy(template()) == "CREATE_COMPLETE"
    checks = look(template())
    logs.delete_log_group(logGroupName="/by/hand")

    assert said(checks, "task-definition")[0] == "ok"
    assert said(checks, "permissions") == (
        "failed",
        "has no task role, so its collector has no credentials of its own",
    )
    assert said(checks, "log-groups") == ("failed", "keeps the collector's lines forever")
    assert said(checks, "traces") == (
        "not checked",
        "its name in X-Ray is not in the task definition",
    )


def test_a_role_that_is_gone(deploy: Callable[..., str], look: Callable[..., Checks]) -> None:
    body = template(TaskRoleArn=f"arn:aws:iam::{ACCOUNT}:role/gone")
    deploy(body)
    assert said(look(body), "permissions")[0] == "failed"


def test_a_boundary_takes_away_what_policies_give(
    aws: EmbeddedAws,
    deploy: Callable[..., str],
    look: Callable[..., Checks],
    refuse: Callable[..., None],
) -> None:
    iam = aws.client("iam", account=ACCOUNT)
    iam.create_role(RoleName="bound", AssumeRolePolicyDocument='{"Statement": []}')
    iam.attach_role_policy(
        RoleName="bound", PolicyArn="arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
    )
    body = template(TaskRoleArn=f"arn:aws:iam::{ACCOUNT}:role/bound")
    deploy(body)
    refuse("SimulatePrincipalPolicy")
    assert said(look(body), "permissions")[0] == "ok"

    boundary = {"Statement": {"Effect": "Allow", "Action": "xray:Get*", "Resource": "*"}}
    policy = iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(boundary))
    iam.put_role_permissions_boundary(RoleName="bound", PermissionsBoundary=policy["Policy"]["Arn"])
    status, text = said(look(body), "permissions")
    assert status == "failed"
    assert text.startswith("may not xray:PutTraceSegments, xray:PutTelemetryRecords, as its")


def test_a_name_only_cloudformation_knows_is_not_checked(look: Callable[..., Checks]) -> None:
    checks = look(template(group={"Fn::ImportValue": "elsewhere"}))
    assert said(checks, "log-groups")[0] == "not checked"


def test_a_task_definition_of_another_stack_is_not_passed_over(
    look: Callable[..., Checks],
) -> None:
    body = template()
    body["Resources"]["Service"]["Properties"]["TaskDefinition"] = {"Fn::ImportValue": "task"}
    checks = look(body)
    assert said(checks, "task-definition") == (
        "not checked",
        "its task definition is not in its own template",
    )
    assert "none of the stacks holds" in checks["tasks"][0]["what"]


def test_a_nested_stack_is_not_passed_over(look: Callable[..., Checks]) -> None:
    body = template()
    body["Resources"]["Nested"] = {"Type": "AWS::CloudFormation::Stack"}
    statuses = {stack["where"]: stack["status"] for stack in look(body)["stacks"]}
    assert statuses["nested stack Nested of one"] == "not checked"


def test_a_stack_that_was_rolled_back(
    deploy: Callable[..., str], look: Callable[..., Checks]
) -> None:
    body = template()
    rule = {"RuleName": "bad", "FixedRate": 5, "Priority": 1, "ReservoirSize": 0, "Version": 1}
    body["Resources"]["Rule"] = {
        "Type": "AWS::XRay::SamplingRule",
        "Properties": {"SamplingRule": rule},
    }
    status = deploy(body)
    assert status == "ROLLBACK_COMPLETE"
    status, text = said(look(body), "stacks")
    assert status == "failed"
    assert text.startswith("is ROLLBACK_COMPLETE: ")


def test_a_shape_that_nobody_expects_neither_crashes_nor_passes(
    look: Callable[..., Checks],
) -> None:
    body = template(ContainerDefinitions={"Fn::If": ["Big", [], []]})
    checks = look(body)
    assert said(checks, "tasks")[0] == "not checked"
    assert "this check could not read" in said(checks, "tasks")[1]


def test_a_log_too_long_to_read_is_no_pass(
    aws: EmbeddedAws,
    deploy: Callable[..., str],
    look: Callable[..., Checks],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logs = aws.client("logs", account=ACCOUNT)
    logs.create_log_group(logGroupName="/by/hand")
    logs.create_log_stream(logGroupName="/by/hand", logStreamName="1")
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": f"[Info] line {number}"} for number in range(3)]
    logs.put_log_events(logGroupName="/by/hand", logStreamName="1", logEvents=events)
    deploy(template())
    monkeypatch.setattr(collector_logs, "_MOST_LINES", 2)
    checks = look(template())
    logs.delete_log_group(logGroupName="/by/hand")
    assert said(checks, "collector-logs") == (
        "not checked",
        "its first 2 lines hold no trouble, and there are more",
    )
