"""Launch type, network mode, collector, profile: each legal combination, as ECS wants it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    SidecarProfile,
    XRayDaemon,
    XRayTracing,
)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A launch type and network mode with what AWS documents for them."""

    make: Callable[[cdk.Stack, str], ecs.TaskDefinition]
    host: str  # {name} stands for the sidecar's container name
    host_port: int | None
    links: bool


def ec2(mode: ecs.NetworkMode) -> Callable[[cdk.Stack, str], ecs.TaskDefinition]:
    return lambda stack, name: ecs.Ec2TaskDefinition(stack, name, network_mode=mode)


def external(mode: ecs.NetworkMode) -> Callable[[cdk.Stack, str], ecs.TaskDefinition]:
    return lambda stack, name: ecs.ExternalTaskDefinition(stack, name, network_mode=mode)


def fargate(stack: cdk.Stack, name: str) -> ecs.TaskDefinition:
    return ecs.FargateTaskDefinition(stack, name, cpu=512, memory_limit_mib=1024)


def arm64(stack: cdk.Stack, name: str) -> ecs.TaskDefinition:
    return ecs.FargateTaskDefinition(
        stack,
        name,
        cpu=512,
        memory_limit_mib=1024,
        runtime_platform=ecs.RuntimePlatform(
            cpu_architecture=ecs.CpuArchitecture.ARM64,
            operating_system_family=ecs.OperatingSystemFamily.LINUX,
        ),
    )


def either(stack: cdk.Stack, name: str) -> ecs.TaskDefinition:
    return ecs.TaskDefinition(
        stack,
        name,
        compatibility=ecs.Compatibility.EC2_AND_FARGATE,
        network_mode=ecs.NetworkMode.AWS_VPC,
        cpu="512",
        memory_mib="1024",
    )


BRIDGE, HOST, AWS_VPC = ecs.NetworkMode.BRIDGE, ecs.NetworkMode.HOST, ecs.NetworkMode.AWS_VPC
SHAPES = {
    "Ec2Bridge": Shape(make=ec2(BRIDGE), host="{name}", host_port=0, links=True),
    "Ec2Host": Shape(make=ec2(HOST), host="127.0.0.1", host_port=2000, links=False),
    "Ec2AwsVpc": Shape(make=ec2(AWS_VPC), host="127.0.0.1", host_port=None, links=False),
    "ExternalBridge": Shape(make=external(BRIDGE), host="{name}", host_port=0, links=True),
    "ExternalHost": Shape(make=external(HOST), host="127.0.0.1", host_port=2000, links=False),
    "Fargate": Shape(make=fargate, host="127.0.0.1", host_port=None, links=False),
    "Arm64": Shape(make=arm64, host="127.0.0.1", host_port=None, links=False),
    "Either": Shape(make=either, host="127.0.0.1", host_port=None, links=False),
}
COLLECTORS: Mapping[str, Collector] = {
    "Daemon": XRayDaemon(),
    "Adot": AdotCollector(),
    "Agent": CloudWatchAgent(),
}
PROFILES = {"Safe": SidecarProfile.SAFE, "Terraform": SidecarProfile.TERRAFORM}
COMBINATIONS = ["".join(parts) for parts in product(SHAPES, COLLECTORS, PROFILES)]
WRITE_ACTIONS = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One synthesized combination."""

    name: str
    shape: Shape
    collector: Collector
    profile: SidecarProfile
    definition: Mapping[str, Any]
    policies: Mapping[str, Any]

    @property
    def app(self) -> Any:
        (app,) = [
            definition
            for definition in self.definition["ContainerDefinitions"]
            if definition["Name"] == "app"
        ]
        return app

    @property
    def sidecar(self) -> Any:
        (one,) = [
            definition
            for definition in self.definition["ContainerDefinitions"]
            if definition["Name"] != "app"
        ]
        return one

    def environment(self) -> Mapping[str, Any]:
        return {pair["Name"]: pair["Value"] for pair in self.app["Environment"]}


@pytest.fixture(scope="module")
def template(synthesise: Callable[..., Any]) -> Mapping[str, Any]:
    def build(stack: cdk.Stack) -> None:
        for shape, collector, profile in product(SHAPES, COLLECTORS, PROFILES):
            task_definition = SHAPES[shape].make(stack, shape + collector + profile)
            task_definition.add_extension(
                XRayTracing(collector=COLLECTORS[collector], profile=PROFILES[profile])
            )
            task_definition.add_container(
                "app", image=ecs.ContainerImage.from_registry("app:7"), memory_limit_mib=256
            )

    stack = synthesise(build)
    assert stack.errors == []
    return dict(stack.template)


@pytest.fixture(params=COMBINATIONS)
def case(request: pytest.FixtureRequest, template: Mapping[str, Any]) -> Case:
    shape, collector, profile = next(
        parts for parts in product(SHAPES, COLLECTORS, PROFILES) if "".join(parts) == request.param
    )
    resources = template["Resources"]
    (definition,) = [
        one["Properties"]
        for name, one in resources.items()
        if one["Type"] == "AWS::ECS::TaskDefinition" and name[:-8] == request.param
    ]
    policies = {
        name: one["Properties"]
        for name, one in resources.items()
        if one["Type"] == "AWS::IAM::Policy" and name.startswith(request.param)
    }
    return Case(
        name=request.param,
        shape=SHAPES[shape],
        collector=COLLECTORS[collector],
        profile=PROFILES[profile],
        definition=definition,
        policies=policies,
    )


def test_the_app_finds_the_collector_without_a_dns_name(case: Case) -> None:
    host = case.shape.host.format(name=case.sidecar["Name"])
    environment = case.environment()
    assert environment["AWS_XRAY_DAEMON_ADDRESS"] == f"{host}:2000"
    assert environment["AWS_XRAY_CONTEXT_MISSING"] == "LOG_ERROR"
    assert environment["AWS_XRAY_TRACING_NAME"] == case.name
    has_otlp = not isinstance(case.collector, XRayDaemon)
    assert environment.get("OTEL_SERVICE_NAME") == (case.name if has_otlp else None)
    assert environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == (
        f"http://{host}:4318/v1/traces" if has_otlp else None
    )
    assert environment.get("OTEL_TRACES_SAMPLER_ARG") == (
        f"endpoint=http://{host}:2000,polling_interval=300" if has_otlp else None
    )


def test_links_stand_in_bridge_mode_only(case: Case) -> None:
    expected = [case.sidecar["Name"]] if case.shape.links else None
    assert case.app.get("Links") == expected


def test_only_udp_is_published_as_the_network_mode_allows(case: Case) -> None:
    mapping = {"ContainerPort": 2000, "Protocol": "udp"}
    if case.shape.host_port is not None:
        mapping["HostPort"] = case.shape.host_port
    assert case.sidecar["PortMappings"] == [mapping]


def test_the_collector_starts_first_and_so_stops_last(case: Case) -> None:
    assert case.app["DependsOn"] == [{"ContainerName": case.sidecar["Name"], "Condition": "START"}]
    assert "DependsOn" not in case.sidecar


def test_it_listens_on_loopback_unless_linked(case: Case) -> None:
    said = json.dumps([case.sidecar.get("Command", []), case.sidecar.get("Environment", [])])
    if case.shape.links:
        assert "127.0.0.1:2000" not in said
    else:
        assert "127.0.0.1:2000" in said
        assert "0.0.0.0:" not in said


def test_the_task_role_may_write_and_the_execution_role_may_not(case: Case) -> None:
    granted = {
        role["Ref"]: {
            action
            for statement in policy["PolicyDocument"]["Statement"]
            for action in (
                [statement["Action"]]
                if isinstance(statement["Action"], str)
                else statement["Action"]
            )
        }
        for policy in case.policies.values()
        for role in policy["Roles"]
    }
    task_role = case.definition["TaskRoleArn"]["Fn::GetAtt"][0]
    execution_role = case.definition["ExecutionRoleArn"]["Fn::GetAtt"][0]
    assert granted[task_role] == WRITE_ACTIONS
    assert granted[execution_role] == {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_its_log_goes_to_a_group_of_the_stack(case: Case) -> None:
    configuration = case.sidecar["LogConfiguration"]
    assert configuration["LogDriver"] == "awslogs"
    assert configuration["Options"]["awslogs-group"]["Ref"].startswith(case.name + "XRayLogGroup")
    assert configuration["Options"]["awslogs-stream-prefix"] == "xray"
    assert configuration["Options"]["awslogs-region"] == {"Ref": "AWS::Region"}


def test_the_profile_decides_how_it_fails(case: Case) -> None:
    sidecar = case.sidecar
    assert (sidecar["Cpu"], sidecar["MemoryReservation"]) == (32, 256)
    if case.profile is SidecarProfile.TERRAFORM:
        assert sidecar["Essential"] is True
        assert not {"Memory", "RestartPolicy", "StopTimeout", "ReadonlyRootFilesystem"} & set(
            sidecar
        )
        return
    assert sidecar["Essential"] is False
    assert sidecar["Memory"] == 256
    assert sidecar["RestartPolicy"] == {"Enabled": True, "RestartAttemptPeriod": 60}
    assert sidecar["StopTimeout"] == 30
    # The CloudWatch agent writes its configuration, so it cannot run on a read-only root.
    sandboxed = not isinstance(case.collector, CloudWatchAgent)
    assert sidecar.get("ReadonlyRootFilesystem", False) is sandboxed
    assert ("LinuxParameters" in sidecar) is sandboxed


def test_only_an_image_with_a_command_for_it_has_a_health_check(case: Case) -> None:
    check = case.sidecar.get("HealthCheck")
    if isinstance(case.collector, AdotCollector):
        assert check["Command"] == ["CMD", "/healthcheck"]
    else:
        assert check is None


def test_cfn_lint_finds_nothing(template: Mapping[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "every-shape.template.json"
    file.write_text(json.dumps(template))
    done = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
