"""Who may send traces: the task role, never the execution role, and once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from cdk_ecs_xray import XRaySidecar, XRayTracing, grant_write_traces

if TYPE_CHECKING:
    from tests.conftest import Synthesised

Ec2Task = Callable[..., ecs.Ec2TaskDefinition]
AddApp = Callable[..., ecs.ContainerDefinition]
Synthesise = Callable[[Callable[[cdk.Stack], object]], "Synthesised"]

# AWSXRayDaemonWriteAccess, version 2.
ACTIONS = [
    "xray:GetSamplingRules",
    "xray:GetSamplingStatisticSummaries",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]


def statements(stack: Synthesised) -> dict[str, list[dict[str, Any]]]:
    """Return the X-Ray statements by the logical id of the role they are on."""
    found: dict[str, list[dict[str, Any]]] = {}
    for policy in stack.resources("AWS::IAM::Policy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            if "xray:" in str(statement["Action"]):
                for role in policy["Properties"]["Roles"]:
                    found.setdefault(role["Ref"], []).append(statement)
    return found


def test_the_five_actions_are_on_the_task_role_and_on_no_other(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        add_app(task, logging=ecs.LogDriver.aws_logs(stream_prefix="app"))
        task.add_extension(XRayTracing())

    stack = synthesise(build)

    definition = stack.properties("AWS::ECS::TaskDefinition")
    task_role = definition["TaskRoleArn"]["Fn::GetAtt"][0]
    assert definition["ExecutionRoleArn"]["Fn::GetAtt"][0] != task_role
    ((role, (statement,)),) = statements(stack).items()
    assert role == task_role
    assert sorted(statement["Action"]) == ACTIONS
    assert statement["Sid"] == "XRayDaemonWriteAccess"
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")


def test_two_task_definitions_that_share_a_role_get_one_statement(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        for construct_id in ("One", "Two"):
            task = ec2_task(stack, construct_id, task_role=role)
            add_app(task)
            task.add_extension(XRayTracing())

    ((_, granted),) = statements(synthesise(build)).items()

    assert len(granted) == 1


def test_granting_twice_leaves_one_statement(synthesise: Synthesise) -> None:
    def build(stack: cdk.Stack) -> None:
        role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        assert grant_write_traces(role).success
        assert grant_write_traces(role).success

    ((_, granted),) = statements(synthesise(build)).items()

    assert len(granted) == 1


def test_the_users_own_statements_stay_apart(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ec2_task(stack)
        add_app(task)
        task.add_to_task_role_policy(
            iam.PolicyStatement(actions=["xray:GetTraceSummaries"], resources=["*"])
        )
        task.add_extension(XRayTracing())

    ((_, granted),) = statements(synthesise(build)).items()

    (ours,) = (
        statement for statement in granted if statement.get("Sid") == "XRayDaemonWriteAccess"
    )
    assert sorted(ours["Action"]) == ACTIONS


@pytest.mark.parametrize("mutable", [True, False])
def test_an_imported_role_is_extended_or_its_owner_is_told(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp, *, mutable: bool
) -> None:
    def build(stack: cdk.Stack) -> None:
        role = iam.Role.from_role_arn(
            stack, "Role", "arn:aws:iam::111111111111:role/theirs", mutable=mutable
        )
        task = ec2_task(stack, task_role=role)
        add_app(task)
        task.add_extension(XRayTracing())
        sidecar = XRaySidecar.of(task)
        assert sidecar is not None
        assert sidecar.grant.success is mutable

    stack = synthesise(build)

    if mutable:
        (policy,) = (
            policy
            for policy in stack.resources("AWS::IAM::Policy").values()
            if "xray:" in str(policy["Properties"]["PolicyDocument"])
        )
        assert policy["Properties"]["Roles"] == ["theirs"]
        assert stack.warnings == []
    else:
        (warning,) = stack.warnings
        assert "ecs-xray:task-role-not-changed" in warning
        assert "xray:" not in str(stack.resources("AWS::IAM::Policy"))


def test_anything_with_a_role_can_be_granted(synthesise: Synthesise) -> None:
    def build(stack: cdk.Stack) -> None:
        grant_write_traces(iam.Group(stack, "Group"))

    (policy,) = synthesise(build).resources("AWS::IAM::Policy").values()

    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Sid"] == "XRayDaemonWriteAccess"


@pytest.mark.parametrize(
    ("boundary", "warned"),
    [
        ("PowerUserAccess", False),
        ("theirs", True),
        ("ours", False),
        ("narrow", True),
        (None, False),
    ],
)
def test_a_permissions_boundary_that_keeps_traces_in_is_named(
    synthesise: Synthesise,
    ec2_task: Ec2Task,
    add_app: AddApp,
    boundary: str | None,
    *,
    warned: bool,
) -> None:
    def build(stack: cdk.Stack) -> None:
        action = "xray:*" if boundary == "ours" else "s3:*"
        policy: iam.IManagedPolicy | None = None
        if boundary in ("ours", "narrow"):
            statement = iam.PolicyStatement(actions=[action], resources=["*"])
            policy = iam.ManagedPolicy(stack, "Boundary", statements=[statement])
        elif boundary == "theirs":
            policy = iam.ManagedPolicy.from_managed_policy_name(stack, "Boundary", boundary)
        elif boundary is not None:
            policy = iam.ManagedPolicy.from_aws_managed_policy_name(boundary)
        role = iam.Role(
            stack,
            "Role",
            assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
            permissions_boundary=policy,
        )
        task = ec2_task(stack, task_role=role)
        add_app(task)
        task.add_extension(XRayTracing())

    warnings = synthesise(build).warnings

    assert ["ecs-xray:permissions-boundary" in one for one in warnings] == [True] * warned


@pytest.fixture(scope="module")
def late_boundaries(
    tmp_path_factory: pytest.TempPathFactory, assemble: Callable[..., object]
) -> Mapping[str, str]:
    """What the report says of roles that get their boundary by an aspect, by their stack."""

    def build(app: cdk.App) -> None:
        for name in ("Ours", "Narrow", "AdministratorAccess", "Theirs", "Both", "None"):
            stack = cdk.Stack(app, name)
            action = "s3:*" if name in ("Narrow", "Both") else "xray:*"
            statement = iam.PolicyStatement(actions=[action], resources=["*"])
            own = iam.ManagedPolicy(stack, "Boundary", statements=[statement])
            task = ecs.FargateTaskDefinition(stack, "Task", memory_limit_mib=1024)
            if name == "Both":
                role = iam.Role(
                    stack,
                    "Role",
                    assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
                    permissions_boundary=own,
                )
                task = ecs.FargateTaskDefinition(
                    stack, "Other", memory_limit_mib=1024, task_role=role
                )
            task.add_container("app", image=ecs.ContainerImage.from_registry("app:7"))
            task.add_extension(XRayTracing())
            if name in ("Ours", "Narrow"):
                iam.PermissionsBoundary.of(stack).apply(own)
            elif name == "AdministratorAccess":
                aws = iam.ManagedPolicy.from_aws_managed_policy_name(name)
                iam.PermissionsBoundary.of(stack).apply(aws)
            elif name == "Theirs":
                theirs = iam.ManagedPolicy.from_managed_policy_name(stack, "Named", "theirs")
                iam.PermissionsBoundary.of(stack).apply(theirs)

    folder = tmp_path_factory.mktemp("boundaries")
    assemble(build, folder=folder)
    report = json.loads((folder / "validation-report.json").read_text())
    return {
        one["violatingConstructs"][0]["constructPath"].partition("/")[0]: one["description"]
        for plugin in report["pluginReports"]
        for one in plugin["violations"]
        if one["ruleName"] == "ecs-xray:permissions-boundary"
    }


def test_a_permissions_boundary_of_an_aspect_is_named(late_boundaries: Mapping[str, str]) -> None:
    # Where the role was made with it, an annotation has named it already.
    assert sorted(late_boundaries) == ["Narrow", "Theirs"]
    assert "must allow xray:PutTraceSegments" in late_boundaries["Narrow"]


def test_a_role_without_policy_updates_is_not_taken_for_granted(
    synthesise: Synthesise, ec2_task: Ec2Task, add_app: AddApp
) -> None:
    def build(stack: cdk.Stack) -> None:
        role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"]))
        task = ec2_task(stack, task_role=role.without_policy_updates())
        add_app(task)
        task.add_extension(XRayTracing())

    (warning,) = synthesise(build).warnings
    assert "ecs-xray:task-role-not-changed" in warning
