"""A log group that only an app's log driver creates is created by the collector's too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from cdk_ecs_xray import XRayTracing

if TYPE_CHECKING:
    from tests.conftest import Synthesised

AddApp = Callable[..., ecs.ContainerDefinition]
Synthesise = Callable[[Callable[[cdk.Stack], object]], "Synthesised"]
GROUP = "/shop/api"
OPTION = "awslogs-create-group"


def driver(created: str | None, group: str = GROUP) -> ecs.LogDriver:
    options = {"awslogs-group": group, "awslogs-region": "eu-west-1"}
    if created is not None:
        options[OPTION] = created
    return ecs.GenericLogDriver(log_driver="awslogs", options=options)


def options_of(stack: Synthesised) -> Mapping[str, Any]:
    options: Mapping[str, Any] = stack.containers()["xray-daemon"]["LogConfiguration"]["Options"]
    return options


def creations(stack: Synthesised) -> Iterator[Mapping[str, Any]]:
    for policy in stack.resources("AWS::IAM::Policy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            if "logs:CreateLogGroup" in statement["Action"]:
                yield {**statement, "Roles": policy["Properties"]["Roles"]}


def theirs(stack: cdk.Stack, name: str = GROUP) -> logs.ILogGroup:
    return logs.LogGroup.from_log_group_name(stack, "Theirs", name)


@pytest.mark.parametrize("later", [False, True], ids=["before", "after"])
def test_the_option_is_carried_over_with_its_permission(
    synthesise: Synthesise, add_app: AddApp, *, later: bool
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
        if not later:
            add_app(task, logging=driver("true"))
        task.add_extension(XRayTracing(log_group=theirs(stack)))
        if later:
            add_app(task, logging=driver("true"))

    stack = synthesise(build)

    assert options_of(stack)[OPTION] == "true"
    (statement,) = creations(stack)
    assert statement["Action"] == "logs:CreateLogGroup"
    written = json.dumps(statement["Resource"])
    assert f":log-group:{GROUP}" in written
    assert f":log-group:{GROUP}:*" in written
    (role,) = statement["Roles"]
    task = stack.properties("AWS::ECS::TaskDefinition")
    assert task["ExecutionRoleArn"] == {"Fn::GetAtt": [role["Ref"], "Arn"]}


@pytest.mark.parametrize(
    "logging",
    [
        driver(None),
        driver("false"),
        driver("true", group="/shop/other"),
        ecs.LogDrivers.json_file(),
        None,
    ],
    ids=["without", "false", "another-group", "another-driver", "no-driver"],
)
def test_otherwise_nothing_is_carried_over(
    synthesise: Synthesise, add_app: AddApp, logging: ecs.LogDriver | None
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
        add_app(task, logging=logging)
        task.add_extension(XRayTracing(log_group=theirs(stack)))

    stack = synthesise(build)

    assert options_of(stack) == {
        "awslogs-group": GROUP,
        "awslogs-region": {"Ref": "AWS::Region"},
        "awslogs-stream-prefix": "xray",
        "mode": "non-blocking",
    }
    assert list(creations(stack)) == []


def test_several_apps_of_one_group_give_one_statement(
    synthesise: Synthesise, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
        add_app(task, "api", logging=driver("True"))
        add_app(task, "worker", logging=driver("true"))
        task.add_extension(XRayTracing(log_group=theirs(stack)))

    stack = synthesise(build)

    assert options_of(stack)[OPTION] == "true"
    assert len(list(creations(stack))) == 1


def test_a_group_of_this_stack_is_known_by_its_reference(
    synthesise: Synthesise, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        group = logs.LogGroup(stack, "Log")
        task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
        add_app(task, logging=driver("true", group=group.log_group_name))
        task.add_extension(XRayTracing(log_group=group))

    assert options_of(synthesise(build))[OPTION] == "true"


@pytest.mark.parametrize("mutable", [True, False])
def test_a_role_from_elsewhere_gets_a_policy_or_a_warning(
    synthesise: Synthesise, add_app: AddApp, *, mutable: bool
) -> None:
    def build(stack: cdk.Stack) -> None:
        role = iam.Role.from_role_arn(
            stack, "Role", "arn:aws:iam::111122223333:role/exec", mutable=mutable
        )
        task = ecs.FargateTaskDefinition(
            stack, "Task", cpu=512, memory_limit_mib=1024, execution_role=role
        )
        add_app(task, logging=driver("true"))
        task.add_extension(XRayTracing(log_group=theirs(stack)))

    stack = synthesise(build)

    assert options_of(stack)[OPTION] == "true"
    found = [one for one in creations(stack) if one["Roles"] == ["exec"]]
    assert len(found) == int(mutable)
    warned = [text for text in stack.warnings if "logs:CreateLogGroup" in text]
    assert len(warned) == int(not mutable)
