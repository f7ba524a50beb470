"""`ecs-xray verify` after a real `cdk deploy`: all green, then one fault after the other."""

from __future__ import annotations

import io
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.local import EmbeddedAws
from tests.verify.conftest import NAME, STACK, poll_sampling, send_requests

if TYPE_CHECKING:
    from tests.verify.conftest import Verified

LOG_GROUP = f"/fq/dev/{NAME}/instance/xray"
DENIED = (
    "2026-11-20T22:57:03Z [Error] Sending segment batch failed with: operation error XRay: "
    "PutTraceSegments, https response error StatusCode: 403, RequestID: 1, api error "
    "AccessDeniedException: User is not authorized"
)


@pytest.fixture(scope="module")
def unused(deployed: EmbeddedAws, assembly: Path) -> tuple[int, str]:
    """What verify says before anybody sends a request: exit code and text."""
    text = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(text):
        patch.delenv("AWS_PROFILE", raising=False)
        for name, value in deployed.cdk_environment().items():
            patch.setenv(name, value)
        code = run(["verify", "--env", "dev", "--app", str(assembly)])
    return code, text.getvalue()


@pytest.fixture(scope="module")
def used(deployed: EmbeddedAws, unused: tuple[int, str]) -> EmbeddedAws:
    """The environment after a few requests."""
    del unused
    send_requests(deployed.client("xray"))
    poll_sampling(deployed.port)
    return deployed


def test_without_requests_the_missing_traces_and_polls_are_named(unused: tuple[int, str]) -> None:
    code, text = unused
    assert code == 1
    failed = [line for line in text.splitlines() if line.startswith("failed")]
    assert [line.split()[1] for line in failed] == ["sampling", "traces"]
    assert "no SDK asked for a sampling decision" in failed[0]
    assert f"traces of {NAME}: none arrived in the last 10 minutes" in failed[1]


@pytest.mark.usefixtures("used")
def test_after_requests_all_is_well(verify: Callable[..., Verified]) -> None:
    verified = verify("--send-test-trace")

    assert verified.failed() == {}
    assert verified.not_checked() == {}
    assert verified.code == 0
    assert verified.document["result"] == "ok"
    checks = [one["check"] for one in verified.document["checks"]]
    assert list(dict.fromkeys(checks)) == [
        "stacks", "drift", "task-definition", "tasks", "log-groups", "permissions", "sampling",
        "collector-logs", "sampling-polls", "traces", "test-trace",
    ]  # fmt: skip
    (polls,) = verified.of("sampling-polls")
    assert "dev-checkout 1" in polls["text"]
    (test_trace,) = verified.of("test-trace")
    assert "not the collector" in test_trace["text"]
    traces = {one["request"]: one for one in verified.document["traces"]}
    fine, broken = traces["GET http://ledger/checkout/1"], traces["GET http://ledger/checkout/2"]
    assert (fine["status"], fine["http_status"], fine["error"]) == ("ok", 200, "")
    assert (broken["status"], broken["http_status"]) == ("fault", 500)
    assert broken["error"] == "the table does not answer"
    assert fine["duration"] > 0
    assert [
        (one["from"]["name"], one["to"]["name"], one["calls"], one["fault"])
        for one in verified.document["service_map"]
    ] == [("client", NAME, 2, 1), (NAME, "DynamoDB", 2, 1)]


@pytest.mark.usefixtures("used")
def test_people_get_traces_and_the_map(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--env", "dev", "--app", str(assembly)]) == 0
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "500 GET http://ledger/checkout/2  the table does not answer" in text
    assert f"└── {NAME}  2 calls" in text
    assert text.splitlines()[-1].endswith("ok, 0 failed, 0 not checked")


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize(("kind", "start"), [("mermaid", "flowchart LR"), ("svg", "<svg ")])
def test_a_drawn_map_is_alone_on_standard_output(
    assembly: Path, capsys: pytest.CaptureFixture[str], kind: str, start: str
) -> None:
    assert run(["verify", "--env", "dev", "--app", str(assembly), "--map-format", kind]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(start)
    assert "DynamoDB" in captured.out
    assert "0 failed" in captured.err


@contextmanager
def changed_rule(aws: EmbeddedAws) -> Iterator[None]:
    client = aws.client("xray")
    update = client.update_sampling_rule
    update(SamplingRuleUpdate={"RuleName": "dev-checkout", "FixedRate": 1})
    yield
    update(SamplingRuleUpdate={"RuleName": "dev-checkout", "FixedRate": 0.5})


@contextmanager
def deleted_log_group(aws: EmbeddedAws) -> Iterator[None]:
    client = aws.client("logs")
    client.delete_log_group(logGroupName=LOG_GROUP)
    yield
    client.create_log_group(logGroupName=LOG_GROUP)
    client.put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=30)


@contextmanager
def endless_log_group(aws: EmbeddedAws) -> Iterator[None]:
    client = aws.client("logs")
    client.delete_retention_policy(logGroupName=LOG_GROUP)
    yield
    client.put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=30)


def task_role(aws: EmbeddedAws) -> str:
    definition = aws.client("ecs").describe_task_definition(taskDefinition=STACK)
    role: str = definition["taskDefinition"]["taskRoleArn"].rpartition("/")[2]
    return role


@contextmanager
def detached_policy(aws: EmbeddedAws) -> Iterator[None]:
    client, role = aws.client("iam"), task_role(aws)
    (name,) = client.list_role_policies(RoleName=role)["PolicyNames"]
    document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    client.delete_role_policy(RoleName=role, PolicyName=name)
    yield
    client.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def service_of(aws: EmbeddedAws) -> dict[str, str]:
    resources = aws.client("cloudformation").list_stack_resources(StackName=STACK)
    (arn,) = (
        one["PhysicalResourceId"]
        for one in resources["StackResourceSummaries"]
        if one["ResourceType"] == "AWS::ECS::Service"
    )
    return {"cluster": arn.split("/")[-2], "service": arn}


@contextmanager
def moved_service(aws: EmbeddedAws) -> Iterator[None]:
    client, service = aws.client("ecs"), service_of(aws)
    definition = client.describe_task_definition(taskDefinition=f"{STACK}:1")["taskDefinition"]
    members = ("family", "networkMode", "containerDefinitions", "taskRoleArn", "executionRoleArn")
    client.register_task_definition(**{name: definition[name] for name in members})
    client.update_service(**service, taskDefinition=f"{STACK}:2")
    yield
    client.update_service(**service, taskDefinition=f"{STACK}:1")
    client.deregister_task_definition(taskDefinition=f"{STACK}:2")


@contextmanager
def scaled_to_nothing(aws: EmbeddedAws) -> Iterator[None]:
    client, service = aws.client("ecs"), service_of(aws)
    client.update_service(**service, desiredCount=0)
    yield
    client.update_service(**service, desiredCount=1)


@contextmanager
def denied_collector(aws: EmbeddedAws) -> Iterator[None]:
    client = aws.client("logs")
    client.create_log_stream(logGroupName=LOG_GROUP, logStreamName="xray/1")
    now = int(time.time() * 1000)
    lines = (DENIED, "2026-11-20T22:57:04Z [Info] Successfully sent batch of 50 segments", DENIED)
    client.put_log_events(
        logGroupName=LOG_GROUP,
        logStreamName="xray/1",
        logEvents=[{"timestamp": now, "message": line} for line in lines],
    )
    yield
    client.delete_log_stream(logGroupName=LOG_GROUP, logStreamName="xray/1")


@contextmanager
def deleted_rule(aws: EmbeddedAws) -> Iterator[None]:
    client = aws.client("xray")
    (rule,) = (
        one["SamplingRule"]
        for one in client.get_sampling_rules()["SamplingRuleRecords"]
        if one["SamplingRule"]["RuleName"] == "dev-checkout"
    )
    client.delete_sampling_rule(RuleName="dev-checkout")
    yield
    rule.pop("RuleARN")
    client.create_sampling_rule(SamplingRule=rule)


@contextmanager
def changed_default_rule(aws: EmbeddedAws) -> Iterator[None]:
    update = aws.client("xray").update_sampling_rule
    update(SamplingRuleUpdate={"RuleName": "Default", "FixedRate": 1})
    yield
    update(SamplingRuleUpdate={"RuleName": "Default", "FixedRate": 0.1})


@contextmanager
def changed_group(aws: EmbeddedAws) -> Iterator[None]:
    update = aws.client("xray").update_group
    update(GroupName="dev-faults", FilterExpression="error")
    yield
    update(GroupName="dev-faults", FilterExpression="fault")


@pytest.mark.parametrize(
    ("break_it", "named"),
    [
        (changed_default_rule, {"sampling": ("sampling rule Default: FixedRate is 1",)}),
        (
            changed_group,
            {
                "sampling": ("group dev-faults: FilterExpression is error, synthesised fault",),
                "drift": ("FilterExpression",),
            },
        ),
        (
            changed_rule,
            {
                "drift": ("FixedRate is 1", "0.5"),
                "sampling": ("sampling rule dev-checkout: FixedRate is 1", "synthesised 0.5"),
            },
        ),
        (deleted_rule, {"sampling": ("dev-checkout: is not there",), "drift": ("was deleted",)}),
        (
            deleted_log_group,
            {
                "drift": ("was deleted",),
                "log-groups": (f"log group {LOG_GROUP}: is not there",),
                "collector-logs": (f"{LOG_GROUP} is not there",),
            },
        ),
        (
            endless_log_group,
            {"drift": ("RetentionInDays",), "log-groups": ("for ever, synthesised 30 days",)},
        ),
        (
            detached_policy,
            {"permissions": ("may not xray:PutTraceSegments, xray:PutTelemetryRecords",)},
        ),
        (
            moved_service,
            {
                "task-definition": (f"runs {STACK}:2, its stack deployed {STACK}:1",),
                "drift": ("Service was changed",),
            },
        ),
        (scaled_to_nothing, {"tasks": ("scaled to 0",), "drift": ("DesiredCount",)}),
        (denied_collector, {"collector-logs": ("access-denied 2 times", "AccessDeniedException")}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_fault_is_found_and_named(
    used: EmbeddedAws,
    verify: Callable[..., Verified],
    break_it: Any,
    named: dict[str, tuple[str, ...]],
) -> None:
    with break_it(used):
        verified = verify()
    assert verified.code == 1
    failed = verified.failed()
    assert failed.keys() == named.keys()
    for check, phrases in named.items():
        assert [phrase for phrase in phrases if phrase not in failed[check]] == []

    mended = verify()
    assert mended.failed() == {}


def test_who_may_not_simulate_still_learns_what_the_policies_say(
    used: EmbeddedAws, verify: Callable[..., Verified], refuse: Callable[..., None]
) -> None:
    with detached_policy(used):
        refuse("SimulatePrincipalPolicy", code="AccessDenied")
        broken = verify("--no-drift")
    assert "may not xray:PutTraceSegments" in broken.failed()["permissions"]
    assert "organisation policies are not read" in broken.failed()["permissions"]

    refuse("SimulatePrincipalPolicy", code="AccessDenied")
    (whole,) = verify("--no-drift").of("permissions")
    assert whole["status"] == "ok"
    assert "as its policies say" in whole["text"]


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
    assert permissions["cure"].startswith("its execution role may")


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


@pytest.mark.usefixtures("used")
def test_a_template_that_was_not_deployed_is_found_with_its_fields(
    verify: Callable[..., Verified], assembly: Path, tmp_path: Path
) -> None:
    newer = tmp_path / "cdk.out"
    shutil.copytree(assembly, newer)
    (template,) = (newer / "assembly-dev").glob("*ledgerwatcher*.template.json")
    template.write_text(template.read_text().replace("daemon:3.6.6", "daemon:3.6.7"))
    verified = verify("--no-drift", folder=newer)

    failed = verified.failed()
    assert failed.keys() == {"stacks", "task-definition"}
    assert "of another template" in failed["stacks"]
    image = "public.ecr.aws/xray/aws-xray-daemon"
    assert (
        f"containerDefinitions.fq-dev-xray.image is {image}:3.6.6, synthesised {image}:3.6.7"
        in failed["task-definition"]
    )


def test_an_account_without_the_stacks_says_so(
    verify: Callable[..., Verified], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "222222222222")
    verified = verify()

    failed = verified.failed()
    assert f"stack {STACK}: is not in 222222222222" in failed["stacks"]
    assert failed.keys() >= {"stacks", "task-definition", "tasks", "log-groups", "sampling"}
    assert "ok" not in {one["status"] for one in verified.document["checks"]}
