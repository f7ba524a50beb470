"""What overrides on an L1 change is seen in the finished template."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import AdotCollector, XRayTracing, XRayTracingAspect

IMAGE = ecs.ContainerImage.from_registry("app:7")
Assemble = Callable[..., Mapping[str, Any]]
Override = Callable[[ecs.CfnTaskDefinition], object]
ADOT = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"

OVERRIDES: Mapping[str, tuple[Override, str | None]] = {
    "mode": (
        lambda task: task.add_property_override("NetworkMode", "host"),
        "(got NetworkMode 'host', was 'bridge')",
    ),
    "same-mode": (lambda task: task.add_property_override("NetworkMode", "bridge"), None),
    "no-mode": (lambda task: task.add_property_deletion_override("NetworkMode"), None),
    "mode-of-deployment": (
        lambda task: task.add_property_override("NetworkMode", {"Ref": "Mode"}),
        None,
    ),
    "role": (
        lambda task: task.add_property_override("TaskRoleArn", "arn:aws:iam::1:role/other"),
        "(got TaskRoleArn)",
    ),
    "no-role": (
        lambda task: task.add_deletion_override("Properties.ExecutionRoleArn"),
        "(got ExecutionRoleArn)",
    ),
    "variables": (
        lambda task: task.add_property_override("ContainerDefinitions.0.Environment", []),
        "(got AWS_XRAY_DAEMON_ADDRESS, AWS_XRAY_CONTEXT_MISSING of 'app')",
    ),
    "wiring": (
        lambda task: [
            task.add_property_deletion_override(f"ContainerDefinitions.0.{name}")
            for name in ("Links", "DependsOn")
        ],
        "(got the link, the dependency of 'app')",
    ),
    "collector": (
        lambda task: task.add_property_override(
            "ContainerDefinitions", [{"Name": "app", "Image": "app:8"}]
        ),
        "(got ContainerDefinitions without 'xray-daemon')",
    ),
    "image": (
        lambda task: task.add_property_override("ContainerDefinitions.0.Image", "app:8"),
        None,
    ),
    "of-deployment": (
        lambda task: task.add_property_override("ContainerDefinitions", {"Fn::Transform": "x"}),
        None,
    ),
    "odd": (
        lambda task: task.add_property_override("ContainerDefinitions.0.Cpu", {"Ref": "Cpu"}),
        None,
    ),
}

LATE: Mapping[str, tuple[dict[str, Any], bool]] = {
    "app": ({"Image": "app:7"}, True),
    "wired": (
        {
            "Image": "app:7",
            "Environment": [{"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "xray-daemon:2000"}],
        },
        False,
    ),
    "collector": ({"Image": ADOT}, False),
    "log_router": ({"Image": "fluent/fluent-bit:3"}, False),
}


def findings(folder: Path, assemble: Assemble, build: Callable[[cdk.App], object]) -> Any:
    """Return what CDK's own report of the finished templates holds, by id."""
    assemble(build, folder=folder)
    report = folder / "validation-report.json"
    plugins = json.loads(report.read_text())["pluginReports"] if report.exists() else []
    found: dict[str, list[Any]] = {}
    # Older versions of CDK report a check of their own there.
    for plugin in (one for one in plugins if one["pluginName"] == "cdk-ecs-xray"):
        assert plugin["conclusion"] == "success"
        for one in plugin["violations"]:
            assert one["severity"] == "warning"
            found.setdefault(one["ruleName"], []).append(one)
    return found


def ec2(scope: Any, construct_id: str = "T") -> ecs.Ec2TaskDefinition:
    made = ecs.Ec2TaskDefinition(scope, construct_id)
    made.add_container("app", image=IMAGE, memory_limit_mib=64)
    made.add_extension(XRayTracing())
    return made


def l1(task: ecs.TaskDefinition) -> ecs.CfnTaskDefinition:
    found = task.node.default_child
    assert isinstance(found, ecs.CfnTaskDefinition)
    return found


def test_each_override_is_named_once(tmp_path: Path, assemble: Assemble) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "S")
        for construct_id, (override, _) in OVERRIDES.items():
            override(l1(ec2(stack, construct_id)))

    found = findings(tmp_path, assemble, build)

    assert set(found) == {"ecs-xray:overridden"}
    said = {
        one["violatingConstructs"][0]["constructPath"]: one["description"]
        for one in found["ecs-xray:overridden"]
    }
    assert said == {
        f"S/{name}/Resource": f"S/{name}: properties that tracing depends on must not be "
        f"overridden {got}"
        for name, (_, got) in OVERRIDES.items()
        if got is not None
    }


def test_containers_of_an_override_are_named_where_they_are_apps(
    tmp_path: Path, assemble: Assemble
) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "S")
        for name, (container, _) in LATE.items():
            l1(ec2(stack, name)).add_property_override(
                "ContainerDefinitions.2", {"Name": f"late-{name}", **container}
            )

    found = findings(tmp_path, assemble, build)

    assert set(found) == {"ecs-xray:container-not-traced"}
    (one,) = found["ecs-xray:container-not-traced"]
    assert "(got 'late-app', set with add_property_override)" in one["description"]


@pytest.mark.parametrize("where", ["stage", "nested"])
def test_templates_are_found_wherever_they_are(
    tmp_path: Path, assemble: Assemble, where: str
) -> None:
    def build(app: cdk.App) -> None:
        if where == "stage":
            scope: Any = cdk.Stack(cdk.Stage(app, "Prod"), "S")
        else:
            scope = cdk.NestedStack(cdk.Stack(app, "S"), "N")
        made = ecs.FargateTaskDefinition(scope, "T", memory_limit_mib=1024)
        made.add_container("app", image=IMAGE)
        l1(made).add_property_override("TaskRoleArn", "arn:aws:iam::1:role/other")
        cdk.Aspects.of(cdk.Stage.of(scope) or app).add(
            XRayTracingAspect(tracing=XRayTracing(collector=AdotCollector())),
            priority=cdk.AspectPriority.MUTATING,
        )

    found = findings(tmp_path, assemble, build)

    assert [len(ones) for ones in found.values()] == [1]


def test_an_app_without_overrides_gets_no_report(tmp_path: Path, assemble: Assemble) -> None:
    assert findings(tmp_path, assemble, lambda app: ec2(cdk.Stack(app, "S"))) == {}


def test_what_cannot_be_compared_is_a_warning(
    tmp_path: Path, assemble: Assemble, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("odd")

    monkeypatch.setattr("cdk_ecs_xray.cdk.finished.overridden", fail)

    found = findings(tmp_path, assemble, lambda app: ec2(cdk.Stack(app, "S")))

    (one,) = found.pop("ecs-xray:not-compared")
    assert "S/T: the finished template could not be compared (got KeyError" in one["description"]
    assert found == {}


def test_an_override_that_is_meant_can_be_acknowledged(tmp_path: Path, assemble: Assemble) -> None:
    def build(app: cdk.App) -> None:
        made = ec2(cdk.Stack(app, "S"))
        l1(made).add_property_override("NetworkMode", "host")
        cdk.Validations.of(made).acknowledge(
            cdk.Acknowledgment(id="cdk-ecs-xray::ecs-xray:overridden", reason="meant")
        )

    assert findings(tmp_path, assemble, build) == {}
