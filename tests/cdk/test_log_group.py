"""The collector's log group, created or brought along."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from cdk_ecs_xray import Naming, XRayLogGroup, XRaySidecar, XRayTracing

if TYPE_CHECKING:
    from tests.conftest import Synthesised

Ec2Task = Callable[..., ecs.Ec2TaskDefinition]
AddApp = Callable[..., ecs.ContainerDefinition]
Synthesise = Callable[[Callable[[cdk.Stack], object]], "Synthesised"]
NAMING = Naming(namespace="fq", environment="dev", service="ledger-watcher")


def test_by_default_lines_are_kept_a_month_and_go_with_the_stack(synthesise: Synthesise) -> None:
    stack = synthesise(lambda stack: XRayLogGroup(stack, "Log"))

    (group,) = stack.resources("AWS::Logs::LogGroup").values()
    assert group["Properties"] == {"RetentionInDays": 30}
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_every_option_reaches_the_resource(synthesise: Synthesise) -> None:
    stack = synthesise(
        lambda stack: XRayLogGroup(
            stack,
            "Log",
            log_group_name="/fq/dev/api/instance/xray",
            retention=logs.RetentionDays.ONE_DAY,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
    )

    (group,) = stack.resources("AWS::Logs::LogGroup").values()
    assert group["Properties"] == {
        "LogGroupName": "/fq/dev/api/instance/xray",
        "RetentionInDays": 1,
    }
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_sidecar_writes_to_the_group_it_created_under_the_reference_setups_name(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        add_app(task)
        task.add_extension(
            XRayTracing(
                naming=NAMING,
                log_retention=logs.RetentionDays.THREE_DAYS,
                log_removal_policy=cdk.RemovalPolicy.RETAIN,
            )
        )

    stack = synthesise(build)

    ((logical_id, group),) = stack.resources("AWS::Logs::LogGroup").items()
    assert group["Properties"] == {
        "LogGroupName": "/fq/dev/ledger-watcher/instance/xray",
        "RetentionInDays": 3,
    }
    assert group["DeletionPolicy"] == "Retain"
    options = stack.containers()["fq-dev-xray"]["LogConfiguration"]["Options"]
    assert options["awslogs-group"] == {"Ref": logical_id}


def test_a_group_that_is_brought_along_is_used_and_none_created(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        add_app(task)
        theirs = logs.LogGroup.from_log_group_name(stack, "Theirs", "/theirs")
        task.add_extension(XRayTracing(log_group=theirs))
        sidecar = XRaySidecar.of(task)
        assert sidecar is not None
        assert sidecar.log_group is not None
        assert sidecar.log_group.log_group_name == "/theirs"

    stack = synthesise(build)

    assert stack.resources("AWS::Logs::LogGroup") == {}
    options = stack.containers()["xray-daemon"]["LogConfiguration"]["Options"]
    assert options["awslogs-group"] == "/theirs"


def test_without_names_cloudformation_chooses_one(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        add_app(task)
        task.add_extension(XRayTracing())

    assert "LogGroupName" not in synthesise(build).properties("AWS::Logs::LogGroup")
