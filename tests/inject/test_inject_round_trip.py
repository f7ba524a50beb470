"""What is injected is what AWS registers and what the construct would deploy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    SidecarProfile,
    TracedTaskDefinition,
    TracedTaskDefinitionFile,
    XRayDaemon,
    XRayTracing,
)
from cdk_ecs_xray.inject import TracingOptions, trace_text
from cdk_ecs_xray.local import EmbeddedAws

MODES = {
    "bridge": ecs.NetworkMode.BRIDGE,
    "awsvpc": ecs.NetworkMode.AWS_VPC,
    "host": ecs.NetworkMode.HOST,
}
# Lists whose order means nothing to ECS.
SETS = {"environment": "name", "dependsOn": "containerName"}


@pytest.fixture(scope="module")
def ecs_client() -> Iterator[Any]:
    with EmbeddedAws.start() as aws:
        yield aws.client("ecs")


def described(client: Any, definition: Mapping[str, Any]) -> Any:
    arn = client.register_task_definition(**definition)["taskDefinition"]["taskDefinitionArn"]
    answer = client.describe_task_definition(taskDefinition=arn, include=["TAGS"])
    del answer["ResponseMetadata"]
    return answer


def comparable(container: Mapping[str, Any]) -> dict[str, Any]:
    """Return a container with ECS's defaults, without its empty lists, and sets in one order."""
    found = {key: value for key, value in container.items() if value not in ([], {})}
    found = {"cpu": 0, "essential": True, **found}
    for key, order in SETS.items():
        if key in found:
            found[key] = sorted(found[key], key=lambda one: str(one[order]))
    return found


def camel_cased(value: Any) -> Any:
    """Return a container of a template as ECS's API spells it."""
    if isinstance(value, list):
        return [camel_cased(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key if "-" in key else key[0].lower() + key[1:]: camel_cased(inner)
        for key, inner in value.items()
    }


def without_region(container: dict[str, Any]) -> dict[str, Any]:
    """Return an app without the variable that CDK gives those that tell their region."""
    if container["name"] != "app":
        return container
    kept = [pair for pair in container["environment"] if pair["name"] != "AWS_REGION"]
    return {**container, "environment": kept}


def test_the_result_registers_and_describes_as_the_same_containers(
    ecs_client: Any, case: Any
) -> None:
    found = described(ecs_client, case.registered)["taskDefinition"]["containerDefinitions"]

    expected = case.registered["containerDefinitions"]
    assert [comparable(container) for container in found] == [
        comparable(container) for container in expected
    ]


def test_what_is_described_is_known_as_traced(ecs_client: Any, case: Any) -> None:
    answer = json.dumps(described(ecs_client, case.registered), default=str, indent=4)

    result = trace_text(answer, where="answer.json", options=filled(case.options))

    assert "ecs-xray:collector-kept" not in [
        container.id for container in result.injection.warnings
    ]
    assert result.injection.additions == []
    # It can be registered again: read-only fields are gone.
    described(ecs_client, json.loads(result.text))


def filled(options: TracingOptions) -> TracingOptions:
    """Return a case's options with the values that its placeholders were given."""
    names = options.names
    return replace(
        options,
        region=None if options.region is None else "eu-west-1",
        names=replace(
            names,
            container=names.container and names.container.replace("${ENVIRONMENT}", "environment"),
            log_group=names.log_group and names.log_group.replace("${ENVIRONMENT}", "environment"),
        ),
    )


@pytest.mark.parametrize(
    "collector", [XRayDaemon(), AdotCollector(), CloudWatchAgent()], ids=lambda c: c.container_name
)
@pytest.mark.parametrize(
    "profile", [SidecarProfile.SAFE, SidecarProfile.TERRAFORM], ids=["safe", "terraform"]
)
def test_the_construct_would_deploy_the_same(
    assemble: Callable[..., Any], collector: Collector, profile: SidecarProfile
) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "Stack", env=cdk.Environment(region="eu-west-1"))
        group = logs.LogGroup.from_log_group_name(stack, "Group", "/ecs/xray")
        for mode, network_mode in MODES.items():
            task = ecs.Ec2TaskDefinition(stack, mode, network_mode=network_mode)
            image = ecs.ContainerImage.from_registry("nginx:1")
            task.add_container("app", image=image, memory_limit_mib=64)
            # A file knows no constructs, so each of its containers has its own name.
            tracing = XRayTracing(
                collector=collector, profile=profile, log_group=group, tracing_name="app"
            )
            task.add_extension(tracing)

    deployed = {
        resource["Properties"]["NetworkMode"]: resource["Properties"]["ContainerDefinitions"]
        for resource in assemble(build)["Stack"].resources("AWS::ECS::TaskDefinition").values()
    }
    options = TracingOptions(
        collector=collector, profile=profile, region="eu-west-1", log_group="/ecs/xray"
    )
    for mode in MODES:
        app = {"name": "app", "image": "nginx:1", "memory": 64, "essential": True}
        task = {"family": "f", "networkMode": mode, "containerDefinitions": [app]}
        text = trace_text(json.dumps(task), where="task.json", options=options).text
        injected = json.loads(text)["containerDefinitions"]
        assert [comparable(container) for container in injected] == [
            comparable(without_region(camel_cased(container))) for container in deployed[mode]
        ]


def test_a_stack_registers_what_is_injected(assemble: Callable[..., Any], cases: Any) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "efs", env=cdk.Environment(region="us-east-1"))
        file = TracedTaskDefinitionFile.from_file(cases / "efs.json")
        group = logs.LogGroup.from_log_group_name(stack, "Group", "/ecs/xray")
        TracedTaskDefinition(stack, "Task", file=file, log_group=group)

    template = assemble(build)["efs"].template
    with EmbeddedAws.start() as aws:
        cloudformation = aws.client("cloudformation")
        resources = {
            key: one
            for key, one in template["Resources"].items()
            if one["Type"] != "AWS::CDK::Metadata"
        }
        aws.client("iam").create_role(RoleName="site-task", AssumeRolePolicyDocument="{}")
        cloudformation.create_stack(
            StackName="efs",
            TemplateBody=json.dumps({"Resources": resources}),
            Capabilities=["CAPABILITY_IAM"],
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName="efs", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )
        found = aws.client("ecs").describe_task_definition(taskDefinition="efs-site")
        granted = aws.client("iam").list_role_policies(RoleName="site-task")["PolicyNames"]

    assert len(granted) == 1
    expected = json.loads((cases / "efs.traced.json").read_text().replace("eu-west-1", "us-east-1"))
    assert [
        comparable(container) for container in found["taskDefinition"]["containerDefinitions"]
    ] == [comparable(container) for container in expected["containerDefinitions"]]
