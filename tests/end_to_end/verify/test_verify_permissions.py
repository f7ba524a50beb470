"""Permissions: those of the task role, and those that whoever verifies lacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from tests.end_to_end.verify.traffic import STACK

if TYPE_CHECKING:
    from tests.end_to_end.verify.conftest import Verified

from tests.end_to_end.verify.faults import detached_policy, task_role


def test_who_may_not_simulate_still_learns_what_the_policies_say(
    used: EmbeddedAws, verify: Callable[..., Verified], refuse: Callable[..., None]
) -> None:
    with detached_policy(used):
        refuse("SimulatePrincipalPolicy", code="AccessDenied")
        broken = verify("--no-drift")
    assert "may not xray:PutTraceSegments" in broken.failed()["permissions"]
    assert "organization policies are not read" in broken.failed()["permissions"]

    refuse("SimulatePrincipalPolicy", code="AccessDenied")
    (whole,) = verify("--no-drift").of("permissions")
    assert whole["status"] == "ok"
    assert "as its policies say" in whole["what"]


def test_an_explicit_denial_wins(
    used: EmbeddedAws, verify: Callable[..., Verified], refuse: Callable[..., None]
) -> None:
    iam, role = used.client("iam"), task_role(used)
    statement = {"Effect": "Deny", "Action": "xray:Put*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="deny", PolicyDocument=document)
    simulated = verify("--no-drift").failed()["permissions"]
    refuse("SimulatePrincipalPolicy", code="AccessDenied")
    read = verify("--no-drift").failed()["permissions"]
    iam.delete_role_policy(RoleName=role, PolicyName="deny")

    for text in (simulated, read):
        assert "may not xray:PutTraceSegments, xray:PutTelemetryRecords," in text
        assert "GetSamplingRules" not in text


def test_a_policy_on_the_execution_role_is_recognised(
    used: EmbeddedAws, verify: Callable[..., Verified]
) -> None:
    iam = used.client("iam")
    definition = used.client("ecs").describe_task_definition(taskDefinition=STACK)
    execution = definition["taskDefinition"]["executionRoleArn"].rpartition("/")[2]
    arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
    with detached_policy(used):
        iam.attach_role_policy(RoleName=execution, PolicyArn=arn)
        verified = verify("--no-drift")
        iam.detach_role_policy(RoleName=execution, PolicyArn=arn)
    (permissions,) = verified.of("permissions")
    assert permissions["status"] == "failed"
    assert permissions["fix"].startswith("Its execution role may")


@pytest.mark.parametrize(
    ("operation", "checks"),
    [
        ("DescribeStacks", {"stacks", "drift", "task-definition", "tasks", "log-groups",
                            "permissions", "sampling", "collector-logs", "sampling-polls"}),
        ("GetTemplate", {"stacks"}),
        ("DetectStackDrift", {"drift"}),
        ("ListStackResources", {"task-definition", "tasks", "log-groups", "permissions",
                                "sampling", "collector-logs", "sampling-polls"}),
        ("DescribeServices", {"task-definition", "tasks", "permissions"}),
        ("DescribeTaskDefinition", {"task-definition", "permissions"}),
        ("ListTasks", {"tasks"}),
        ("DescribeTasks", {"tasks"}),
        ("DescribeLogGroups", {"log-groups"}),
        ("GetSamplingRules", {"sampling"}),
        ("FilterLogEvents", {"collector-logs"}),
        ("GetSamplingStatisticSummaries", {"sampling-polls"}),
        ("GetTraceSegmentDestination", {"transaction-search", "traces", "test-trace"}),
        ("GetTraceSummaries", {"traces"}),
        ("BatchGetTraces", {"traces", "test-trace"}),
        ("PutTraceSegments", {"test-trace"}),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("used")
def test_a_missing_permission_is_neither_a_crash_nor_a_pass(
    verify: Callable[..., Verified],
    refuse: Callable[..., None],
    operation: str,
    checks: set[str],
) -> None:
    refuse(operation)
    verified = verify("--send-test-trace")

    assert verified.code == 1
    assert verified.document["result"] == "not checked"
    assert verified.failed() == {}
    not_checked = verified.not_checked()
    assert not_checked.keys() == checks
    assert all(text.endswith(f":{operation}") for text in not_checked.values())


@pytest.mark.usefixtures("used")
def test_what_was_not_checked_can_be_allowed_and_what_failed_cannot(
    verify: Callable[..., Verified], refuse: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse("FilterLogEvents")
    assert verify("--no-drift", "--allow-unchecked").code == 0
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "222222222222")
    assert verify("--no-drift", "--allow-unchecked").code == 1


def test_who_may_neither_simulate_nor_read_policies_gets_no_answer(
    used: EmbeddedAws, verify: Callable[..., Verified], refuse: Callable[..., None]
) -> None:
    del used
    refuse("SimulatePrincipalPolicy", "ListRolePolicies", code="AccessDenied")
    assert verify("--no-drift").not_checked() == {
        "permissions": "these credentials may not iam:ListRolePolicies"
    }


@pytest.mark.usefixtures("used")
def test_credentials_that_expire_on_the_way_are_no_pass(
    verify: Callable[..., Verified], refuse: Callable[..., None]
) -> None:
    refuse("GetTraceSummaries", code="ExpiredTokenException")
    assert "no longer accepts the credentials" in verify("--no-drift").not_checked()["traces"]
