"""What takes time, with a clock of our own: waiting, finding the test trace, detecting drift."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.verify.check import Answer, CheckStatus
from cdk_ecs_xray.verify.checks import drift, tasks
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.sent_trace import send_test_trace
from cdk_ecs_xray.verify.traced_service import traced_services
from cdk_ecs_xray.verify.watching import wait_for_traces
from tests.end_to_end.verify.traffic import NAME, send_requests

STACK = StackSource(
    name="one",
    path="one",
    environment="",
    account=None,
    region=None,
    file="one.template.json",
    text="",
    template={
        "Resources": {
            "Task": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": {
                    "ContainerDefinitions": [
                        {
                            "Name": NAME,
                            "Environment": [
                                {"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "xray:2000"},
                                {"Name": "AWS_XRAY_TRACING_NAME", "Value": NAME},
                            ],
                        },
                        {"Name": "xray", "Image": "amazon/aws-xray-daemon:3.3.7"},
                    ]
                },
            },
            "Service": {
                "Type": "AWS::ECS::Service",
                "Properties": {"TaskDefinition": {"Ref": "Task"}},
            },
        }
    },
)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self, *, during: Callable[[], object] = int) -> None:
        self.now = 0.0
        self.during = during

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.during()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def empty(aws: EmbeddedAws, request: pytest.FixtureRequest) -> Callable[..., Deployment]:
    """Make a deployment in an account where nothing is, a different one for each test."""
    account = f"{zlib.crc32(request.node.name.encode()):012}"

    def make(*, stack: StackSource = STACK, minutes: int = 10) -> Deployment:
        return Deployment(
            stacks=[stack], session=aws.session(account=account), account=account, minutes=minutes
        )

    return make


def test_watching_ends_with_the_first_trace(empty: Callable[..., Deployment]) -> None:
    deployment = empty()
    clock = Clock(during=lambda: send_requests(deployment.client("xray", "us-east-1")))
    told: list[str] = []
    assert wait_for_traces(deployment, seconds=60, tell=told.append, sleep=clock.sleep, clock=clock)
    assert clock.now == 5
    assert told == [f"waiting 60 s at most for a first trace of {NAME}"]


def test_watching_ends_when_time_is_up(empty: Callable[..., Deployment]) -> None:
    clock = Clock()
    assert not wait_for_traces(empty(), seconds=12, tell=print, sleep=clock.sleep, clock=clock)
    assert clock.now == 10


def test_watching_for_nothing_ends_at_once(empty: Callable[..., Deployment]) -> None:
    nothing = replace(STACK, name="a", template={})
    told: list[str] = []
    assert not wait_for_traces(empty(stack=nothing), seconds=60, tell=told.append)
    assert told == []


def test_watching_without_permission_leaves_the_answer_to_the_check(
    empty: Callable[..., Deployment], refuse: Callable[..., None]
) -> None:
    refuse("GetTraceSummaries")
    assert not wait_for_traces(empty(), seconds=60, tell=print)


@pytest.mark.usefixtures("deployed")
def test_the_command_says_what_it_waits_for_beside_its_output(
    assembly: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["verify", "--env", "prod", "--app", str(assembly), "--no-drift", "--format", "json"]
    assert run([*command, "--watch", "--deadline", "1"]) == 1
    captured = capsys.readouterr()
    assert captured.err == f"waiting 1 s at most for a first trace of {NAME}\n"
    assert json.loads(captured.out)["result"] == "failed"


class Client:
    """An X-Ray or CloudFormation that answers one thing."""

    def __init__(self, **answers: Mapping[str, Any]) -> None:
        self.answers = answers

    def __getattr__(self, operation: str) -> Callable[..., Mapping[str, Any]]:
        return lambda **_: self.answers[operation]


def test_a_test_trace_that_does_not_come_back_is_a_failure() -> None:
    clock = Clock()
    client = Client(
        put_trace_segments={"UnprocessedTraceSegments": []}, batch_get_traces={"Traces": []}
    )
    answer = send_test_trace(client, "eu-west-1", sleep=clock.sleep, clock=clock)
    assert answer.status is CheckStatus.FAILED
    assert "not found within 60 s" in answer.clause
    assert clock.now == 60


def test_a_test_trace_that_is_refused_is_a_failure() -> None:
    client = Client(put_trace_segments={"UnprocessedTraceSegments": [{"Message": "too old"}]})
    answer = send_test_trace(client, "eu-west-1")
    assert answer.status is CheckStatus.FAILED
    assert "too old" in answer.clause


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"DetectionStatus": "DETECTION_IN_PROGRESS"}, "took too long"),
        (
            {"DetectionStatus": "DETECTION_FAILED", "DetectionStatusReason": "cannot read Role"},
            "cannot read Role",
        ),
    ],
)
def test_drift_that_cannot_be_detected_is_not_checked(told: Mapping[str, Any], shown: str) -> None:
    clock = Clock()
    client = Client(describe_stack_drift_detection_status=told)
    status = drift.detected(client, "1", sleep=clock.sleep, clock=clock)
    answer = drift.judged(client, "one", status)
    assert answer.status is CheckStatus.NOT_CHECKED
    assert shown in answer.clause


def answers(service: Mapping[str, Any]) -> Iterator[Answer]:
    (traced,) = traced_services(STACK, region="eu-west-1")
    yield from tasks.steadiness(traced, {"runningCount": 1, "desiredCount": 1, **service})


@pytest.mark.parametrize(
    ("service", "shown"),
    [
        ({"runningCount": 0, "events": [{"message": "no instance"}]}, "no instance"),
        (
            {"deployments": [{"status": "PRIMARY", "rolloutState": "FAILED"}]},
            "deployment PRIMARY is FAILED",
        ),
        ({"deployments": [{"status": "ACTIVE"}]}, "deployment ACTIVE is going on"),
        ({"runningCount": 0, "desiredCount": 0}, "scaled to 0"),
        (
            {"runningCount": 0, "desiredCount": 0, "schedulingStrategy": "DAEMON"},
            "its cluster has no instance",
        ),
    ],
)
def test_a_service_that_is_not_steady_is_a_failure(service: Mapping[str, Any], shown: str) -> None:
    (answer,) = answers(service)
    assert answer.status is CheckStatus.FAILED
    assert shown in answer.clause


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        ({"containers": [{"name": "xray", "lastStatus": "RUNNING"}]}, None),
        ({"containers": [{"name": "init", "lastStatus": "STOPPED"}]}, None),
        (
            {"containers": [{"name": "xray", "lastStatus": "STOPPED", "exitCode": 1}]},
            "collector xray of task 1 has stopped, exit code 1",
        ),
        (
            {"containers": [{"name": "app", "lastStatus": "RUNNING", "healthStatus": "UNHEALTHY"}]},
            "container app of task 1 is UNHEALTHY",
        ),
        ({"healthStatus": "UNHEALTHY"}, "task 1 is UNHEALTHY"),
    ],
)
def test_a_collector_that_has_stopped_is_noticed(
    task: Mapping[str, Any], shown: str | None
) -> None:
    problems = list(tasks.problems({"taskArn": "arn/1", **task}, ["xray"]))
    assert [problem for problem in problems if shown is None or shown not in problem] == []
    assert len(problems) == (0 if shown is None else 1)
