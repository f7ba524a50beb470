"""The execution role: what runs the task may pass it, and it does what the task did without."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

from cdk_ecs_xray import TracedTaskDefinition, TracedTaskDefinitionFile, XRayTracing

IMAGE = ecs.ContainerImage.from_registry("app:7")
PRIVATE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/ledger:1"
HOURLY = cdk.Duration.hours(1)
ECS_TASKS = iam.ServicePrincipal("ecs-tasks.amazonaws.com")
Runner = Callable[[cdk.Stack, ecs.Cluster, ecs.FargateTaskDefinition], object]


def statements(stack: Any) -> Iterator[Mapping[str, Any]]:
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for policy in stack.resources(kind).values():
            yield from policy["Properties"]["PolicyDocument"]["Statement"]


def allowed(stack: Any, action: str) -> str:
    """Return, as text, on what an action is allowed."""
    return json.dumps([one["Resource"] for one in statements(stack) if action in one["Action"]])


def by_rule(stack: cdk.Stack, cluster: ecs.Cluster, task: ecs.FargateTaskDefinition) -> None:
    target = targets.EcsTask(cluster=cluster, task_definition=task)
    events.Rule(stack, "Rule", schedule=events.Schedule.rate(HOURLY)).add_target(target)


def by_state_machine(
    stack: cdk.Stack, cluster: ecs.Cluster, task: ecs.FargateTaskDefinition
) -> None:
    run = tasks.EcsRunTask(
        stack,
        "Run",
        cluster=cluster,
        task_definition=task,
        launch_target=tasks.EcsFargateLaunchTarget(
            platform_version=ecs.FargatePlatformVersion.LATEST
        ),
    )
    sfn.StateMachine(stack, "Machine", definition_body=sfn.DefinitionBody.from_chainable(run))


def by_schedule(stack: cdk.Stack, cluster: ecs.Cluster, task: ecs.FargateTaskDefinition) -> None:
    scheduler.Schedule(
        stack,
        "Schedule",
        schedule=scheduler.ScheduleExpression.rate(HOURLY),
        target=scheduler_targets.EcsRunFargateTask(cluster, task_definition=task),
    )


def by_grant(stack: cdk.Stack, cluster: ecs.Cluster, task: ecs.FargateTaskDefinition) -> None:
    del cluster
    task.grant_run(iam.User(stack, "User"))


@pytest.mark.parametrize("runner", [by_rule, by_state_machine, by_schedule, by_grant])
def test_whatever_runs_the_task_may_pass_the_role_that_tracing_adds(
    synthesise: Callable[..., Any], runner: Runner
) -> None:
    def build(stack: cdk.Stack) -> None:
        cluster = ecs.Cluster(stack, "Cluster", vpc=ec2.Vpc(stack, "Vpc"))
        for name in ("Job", "Other"):
            task = ecs.FargateTaskDefinition(stack, name)
            task.add_container("app", image=IMAGE)
            if name == "Job":
                runner(stack, cluster, task)
            task.add_extension(XRayTracing())

    stack = synthesise(build)

    passed = allowed(stack, "iam:PassRole")
    assert '"JobExecutionRole' in passed
    assert "OtherExecutionRole" not in passed


def test_a_task_of_the_same_name_in_another_stack_is_not_passed(
    assemble: Callable[..., Any],
) -> None:
    def build(app: cdk.App) -> None:
        for name in ("one", "two"):
            stack = cdk.Stack(app, name)
            task = ecs.FargateTaskDefinition(stack, "Job")
            task.add_container("app", image=IMAGE)
            if name == "one":
                task.grant_run(iam.User(stack, "User"))
            task.add_extension(XRayTracing())

    stacks = assemble(build)

    assert '"JobExecutionRole' in allowed(stacks["one"], "iam:PassRole")
    assert allowed(stacks["two"], "iam:PassRole") == "[]"


@pytest.mark.parametrize("image", [PRIVATE, "app:7"])
def test_a_role_that_tracing_adds_pulls_what_the_instance_pulled(
    synthesise: Callable[..., Any], image: str
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ecs.Ec2TaskDefinition(stack, "Task")
        task.add_container(
            "app", image=ecs.ContainerImage.from_registry(image), memory_limit_mib=64
        )
        task.add_extension(XRayTracing())

    stack = synthesise(build)

    assert ("repository/ledger" in allowed(stack, "ecr:BatchGetImage")) is (image == PRIVATE)
    assert "ecr:CreateRepository" not in json.dumps(list(statements(stack)))
    assert stack.warnings == []


@pytest.mark.parametrize("own_log", [True, False])
def test_roles_of_another_stack_get_a_policy_in_the_tasks_own(
    assemble: Callable[..., Any], *, own_log: bool
) -> None:
    def build(app: cdk.App) -> None:
        there = cdk.Stack(app, "Roles")
        here = cdk.Stack(app, "Service")
        log = logs.LogGroup(here if own_log else there, "Log")
        task = ecs.FargateTaskDefinition(
            here,
            "Task",
            task_role=iam.Role(there, "Task", assumed_by=ECS_TASKS),
            execution_role=iam.Role(there, "Execution", assumed_by=ECS_TASKS),
        )
        task.add_container("app", image=IMAGE)
        task.add_extension(XRayTracing(log_group=None if own_log else log))

    stacks = assemble(build)

    (policy,) = stacks["Service"].resources("AWS::IAM::Policy").values()
    assert "logs:PutLogEvents" in json.dumps(policy)
    assert "Fn::ImportValue" in json.dumps(policy["Properties"]["Roles"])
    assert "xray:PutTraceSegments" in json.dumps(list(statements(stacks["Roles"])))
    options = stacks["Service"].containers()["xray-daemon"]["LogConfiguration"]["Options"]
    assert set(options) == {
        "awslogs-group",
        "awslogs-region",
        "awslogs-stream-prefix",
        "mode",
    }


@pytest.mark.parametrize("kind", ["immutable", "without updates", "mutable"])
def test_a_role_that_cannot_be_changed_is_named_with_what_to_add(
    synthesise: Callable[..., Any], kind: str
) -> None:
    def build(stack: cdk.Stack) -> None:
        role: iam.IRole = iam.Role.from_role_arn(
            stack, "E", "arn:aws:iam::111122223333:role/exec", mutable=kind == "mutable"
        )
        if kind == "without updates":
            role = iam.Role(stack, "Own", assumed_by=ECS_TASKS).without_policy_updates()
        task = ecs.FargateTaskDefinition(stack, "Task", execution_role=role)
        task.add_container("app", image=IMAGE)
        task.add_extension(XRayTracing())

    stack = synthesise(build)

    found = [one for one in stack.warnings if "ecs-xray:execution-role-not-changed" in one]
    if kind == "mutable":
        assert found == []
        assert "logs:PutLogEvents" in json.dumps(list(statements(stack)))
    else:
        (warning,) = found
        assert "logs:CreateLogStream, logs:PutLogEvents" in warning
        assert "logs:PutLogEvents" not in json.dumps(list(statements(stack)))


def test_a_task_that_logs_nowhere_needs_nothing_of_an_immutable_role(
    synthesise: Callable[..., Any],
) -> None:
    def build(stack: cdk.Stack) -> None:
        role = iam.Role.from_role_name(stack, "E", "exec", mutable=False)
        task = ecs.FargateTaskDefinition(stack, "Task", execution_role=role)
        task.add_container("app", image=IMAGE)
        task.add_extension(XRayTracing(logging="none"))

    assert synthesise(build).warnings == []


LEDGER = {
    "networkMode": "bridge",
    "containerDefinitions": [
        {
            "name": "ledger",
            "image": PRIVATE,
            "secrets": [{"name": "DB", "valueFrom": "/db"}],
            "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/a.env"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/a"}},
        }
    ],
}
NEEDED = ("ecr:BatchGetImage", "ssm:GetParameters", "s3:GetObject", "log-group:/ecs/a")


@pytest.mark.parametrize("role", ["created", "named", "given", "none needed"])
def test_a_role_that_is_created_for_a_file_does_what_the_file_needs(
    synthesise: Callable[..., Any], tmp_path: Path, role: str
) -> None:
    path = tmp_path / "task.json"
    named = {"executionRoleArn": "arn:aws:iam::111122223333:role/e"} if role == "named" else {}
    path.write_text(json.dumps({**LEDGER, **named}))
    file = TracedTaskDefinitionFile.from_file(path)

    def build(stack: cdk.Stack) -> None:
        given = iam.Role(stack, "Given", assumed_by=ECS_TASKS) if role == "given" else None
        TracedTaskDefinition(
            stack,
            "Task",
            file=file,
            execution_role=given,
            logging="none" if role == "none needed" else "awslogs",
        ).grant_run(iam.User(stack, "User"))

    stack = synthesise(build)

    text = json.dumps(list(statements(stack)))
    assert all((one in text) is (role == "created") for one in NEEDED)
    properties = stack.properties("AWS::ECS::TaskDefinition")
    assert ("ExecutionRoleArn" in properties) is (role != "none needed")
    passed = json.loads(allowed(stack, "iam:PassRole"))[0]
    execution = properties.get("ExecutionRoleArn")
    assert execution is None or execution in passed
    assert "Task" in allowed(stack, "ecs:RunTask")
