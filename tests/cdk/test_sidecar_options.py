"""Options of the sidecar whose effect is on the container, its log, or its permissions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms

from cdk_ecs_xray import (
    ConfigurationError,
    SidecarProfile,
    XRayDaemon,
    XRaySidecar,
    XRayTracing,
)

IMAGE = ecs.ContainerImage.from_registry("app:7")


@pytest.fixture
def sidecar(synthesise: Callable[..., Any]) -> Callable[..., Any]:
    """Return the sidecar's container definition and the whole stack for some options."""

    def run(**options: Any) -> tuple[Mapping[str, Any], Any]:
        def build(stack: cdk.Stack) -> None:
            task_definition = ecs.Ec2TaskDefinition(stack, "Task")
            task_definition.add_container("app", image=IMAGE, memory_limit_mib=64)
            task_definition.add_extension(XRayTracing(**options))

        stack = synthesise(build)
        return stack.containers()["xray-daemon"], stack

    return run


RESTART_LATE = {"Enabled": True, "RestartAttemptPeriod": 300}
PROFILE_OPTIONS = [
    ("essential", True, "Essential", True),
    ("essential", False, "Essential", False),
    ("cpu", 0, "Cpu", 0),
    ("cpu", 64, "Cpu", 64),
    ("memory_reservation_mib", 128, "MemoryReservation", 128),
    ("memory_limit_mib", 512, "Memory", 512),
    ("memory_limit_mib", None, "Memory", None),
    ("restart", False, "RestartPolicy", None),
    ("restart_attempt_period_seconds", 300, "RestartPolicy", RESTART_LATE),
    ("stop_timeout_seconds", 0, "StopTimeout", 0),
    ("stop_timeout_seconds", None, "StopTimeout", None),
    ("sandboxed", False, "ReadonlyRootFilesystem", None),
    ("sandboxed", False, "LinuxParameters", None),
    ("no_new_privileges", True, "DockerSecurityOptions", ["no-new-privileges"]),
    ("no_new_privileges", False, "DockerSecurityOptions", None),
]  # fmt: skip


@pytest.mark.parametrize(("option", "value", "key", "expected"), PROFILE_OPTIONS)
def test_every_option_of_the_profile_reaches_the_template(
    sidecar: Callable[..., Any], option: str, value: object, key: str, expected: object
) -> None:
    profile = replace(SidecarProfile.SAFE, **{option: value})  # type: ignore[arg-type]
    container, _ = sidecar(profile=profile)
    assert container.get(key) == expected


def test_no_log_means_no_log_group(sidecar: Callable[..., Any]) -> None:
    container, stack = sidecar(logging="none")
    assert "LogConfiguration" not in container
    assert stack.resources("AWS::Logs::LogGroup") == {}


def test_the_log_can_go_through_firelens(sidecar: Callable[..., Any]) -> None:
    driver = ecs.LogDrivers.firelens(options={"Name": "stdout"})
    container, stack = sidecar(logging=driver)
    assert container["LogConfiguration"] == {
        "LogDriver": "awsfirelens",
        "Options": {"Name": "stdout"},
    }
    # The only group left is that of the log router, which CDK adds by itself.
    assert [name for name in stack.resources("AWS::Logs::LogGroup") if "XRay" in name] == []


def test_a_log_router_is_no_app(synthesise: Callable[..., Any]) -> None:
    def build(stack: cdk.Stack) -> None:
        task_definition = ecs.Ec2TaskDefinition(stack, "Task")
        task_definition.add_container("app", image=IMAGE, memory_limit_mib=64)
        task_definition.add_firelens_log_router(
            "router",
            image=IMAGE,
            memory_reservation_mib=64,
            firelens_config=ecs.FirelensConfig(type=ecs.FirelensLogRouterType.FLUENTBIT),
        )
        task_definition.add_extension(XRayTracing())

    containers = synthesise(build).containers()
    assert "Environment" not in containers["router"]
    assert "Links" not in containers["router"]
    assert containers["app"]["Links"] == ["xray-daemon"]


def test_the_log_group_can_be_encrypted(synthesise: Callable[..., Any]) -> None:
    def build(stack: cdk.Stack) -> None:
        task_definition = ecs.Ec2TaskDefinition(stack, "Task")
        task_definition.add_container("app", image=IMAGE, memory_limit_mib=64)
        key = kms.Key(stack, "Key")
        task_definition.add_extension(XRayTracing(log_encryption_key=key))

    stack = synthesise(build)
    group = stack.properties("AWS::Logs::LogGroup")
    assert group["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
    statements = stack.properties("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    (granted,) = [statement for statement in statements if "Condition" in statement]
    # As "Encrypt log data in CloudWatch Logs" in AWS's documentation asks for.
    assert "logs." in str(granted["Principal"]["Service"])
    assert set(granted["Action"]) == {
        "kms:Encrypt*",
        "kms:Decrypt*",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:Describe*",
    }
    assert list(granted["Condition"]["ArnLike"]) == ["kms:EncryptionContext:aws:logs:arn"]


def actions_by_role(stack: Any) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for policy in stack.resources("AWS::IAM::Policy").values():
        role = "execution" if "ExecutionRole" in str(policy["Properties"]["Roles"]) else "task"
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                found.setdefault(role, {}).setdefault(action, []).append(str(statement["Resource"]))
    return found


def test_a_role_to_send_with_may_be_assumed_by_the_task_role(
    sidecar: Callable[..., Any],
) -> None:
    role = "arn:aws:iam::444455556666:role/traces"
    _, stack = sidecar(collector=XRayDaemon(role_arn=role))
    granted = actions_by_role(stack)
    assert granted["task"]["sts:AssumeRole"] == [role]
    assert "sts:AssumeRole" not in granted["execution"]


def test_an_image_in_ecr_may_be_pulled_by_the_execution_role(sidecar: Callable[..., Any]) -> None:
    registry = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/ecr-public"
    _, stack = sidecar(collector=XRayDaemon(registry=registry))
    granted = actions_by_role(stack)["execution"]
    (repository,) = granted["ecr:BatchGetImage"]
    assert ":ecr:eu-west-1:111122223333:repository/ecr-public/xray/aws-xray-daemon" in repository
    assert granted["ecr:GetAuthorizationToken"] == ["*"]
    assert set(granted) >= {"ecr:GetDownloadUrlForLayer", "ecr:BatchImportUpstreamImage"}
    assert stack.warnings == []


def test_a_public_image_needs_no_permission(sidecar: Callable[..., Any]) -> None:
    _, stack = sidecar()
    assert set(actions_by_role(stack)["execution"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_it_is_found_again_without_a_variable_holding_it() -> None:
    import gc

    stack = cdk.Stack()
    task_definition = ecs.Ec2TaskDefinition(stack, "Task")
    assert XRaySidecar.find(task_definition) is None
    with pytest.raises(ConfigurationError, match=r"sidecar not found"):
        XRaySidecar.of(task_definition)
    task_definition.add_extension(XRayTracing())
    gc.collect()
    sidecar = XRaySidecar.of(task_definition)
    assert sidecar.container.container_name == "xray-daemon"
    assert sidecar.log_group is not None
    assert isinstance(sidecar.collector, XRayDaemon)
