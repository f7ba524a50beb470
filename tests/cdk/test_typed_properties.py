"""A task definition as a typed L1: nothing of it is lost, whatever aws-cdk-lib knows of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.cdk.typed_properties import add_task_definition
from cdk_ecs_xray.templates.spelling import as_cloudformation

if TYPE_CHECKING:
    from tests.conftest import Synthesised

APP: dict[str, Any] = {"name": "app", "image": "app:1"}
EFS = {"fileSystemId": "fs-1", "authorizationConfig": {"iam": "ENABLED"}}


@pytest.mark.parametrize(
    "content",
    [
        {"family": "f", "cpu": 256, "memory": "512", "requiresCompatibilities": ["FARGATE"]},
        {"volumes": [{"name": "v", "efsVolumeConfiguration": EFS}]},
        {"tags": [{"key": "a", "value": ""}]},
        {"runtimePlatform": {"cpuArchitecture": "ARM64"}, "ephemeralStorage": {"sizeInGiB": 21}},
        {"proxyConfiguration": {"containerName": "envoy", "properties": [
            {"name": "IgnoredUID", "value": "1337"}]}},
        {"newMember": {"of": ["ECS", 1, True]}},
        {"containerDefinitions": [{**APP, "newMember": 1}]},
        {"containerDefinitions": [{**APP, "portMappings": [{"containerPort": 80, "new": 0}]}]},
        {"containerDefinitions": [{**APP, "cpu": "256", "essential": "true"}]},
        {"containerDefinitions": [{**APP, "dockerLabels": {"com.example.Team": "a", "x": "1"}}]},
        {"containerDefinitions": [{**APP, "logConfiguration": {"logDriver": "awslogs", "options": {
            "awslogs-group": "/g", "mode": "non-blocking"}}}]},
        {"containerDefinitions": [{**APP, "essential": False, "cpu": 0}]},
        {"containerDefinitions": [{"image": "no name"}]},
        {"containerDefinitions": [{**APP, "environment": [{"name": "A", "value": 1}]}]},
        {"containerDefinitions": [{**APP, "healthCheck": {"interval": 5}}]},
    ],
    ids=str,
)  # fmt: skip
def test_the_template_has_everything(
    synthesise: Callable[[Callable[[cdk.Stack], object]], Synthesised], content: dict[str, Any]
) -> None:
    whole = {"containerDefinitions": [APP], **content}

    stack = synthesise(lambda stack: add_task_definition(stack, "Task", whole))

    assert stack.properties("AWS::ECS::TaskDefinition") == as_cloudformation(whole)


def test_what_cdk_knows_is_typed_so_that_nag_and_aspects_see_it(
    synthesise: Callable[[Callable[[cdk.Stack], object]], Synthesised],
) -> None:
    found: list[ecs.CfnTaskDefinition] = []
    container = {**APP, "environment": [{"name": "A", "value": "b"}], "newMember": 1}

    synthesise(
        lambda stack: found.append(
            add_task_definition(stack, "Task", {"containerDefinitions": [container]})
        )
    )

    (task_definition,) = found
    (typed,) = cdk.Stack.of(task_definition).resolve(task_definition.container_definitions)
    assert typed["environment"] == [{"name": "A", "value": "b"}]
