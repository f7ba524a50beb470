"""What an aspect does not reach, and patterns that reach nothing, are named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import (
    ConfigurationError,
    TracedTaskDefinition,
    TracedTaskDefinitionFile,
    XRayTracingAspect,
)

IMAGE = ecs.ContainerImage.from_registry("app:7")
Synthesise = Callable[..., Any]
Assemble = Callable[..., Mapping[str, Any]]


def trace(scope: Any, **options: Any) -> None:
    aspect = XRayTracingAspect(**options)
    cdk.Aspects.of(scope).add(aspect, priority=cdk.AspectPriority.MUTATING)


def task(scope: Any, construct_id: str = "Orders", **options: Any) -> ecs.FargateTaskDefinition:
    made = ecs.FargateTaskDefinition(scope, construct_id, **options)
    made.add_container("app", image=IMAGE)
    return made


def raw(stack: cdk.Stack, *containers: dict[str, Any]) -> ecs.CfnTaskDefinition:
    definitions = [
        ecs.CfnTaskDefinition.ContainerDefinitionProperty(**one)
        for one in containers or [{"name": "app", "image": "app:7"}]
    ]
    return ecs.CfnTaskDefinition(stack, "Raw", family="raw", container_definitions=definitions)


def said(stack: Any, annotation_id: str) -> list[str]:
    return [one for one in [*stack.warnings, *stack.errors] if annotation_id in one]


def test_an_l1_task_definition_is_named_unless_it_is_left_alone_or_traced(
    assemble: Assemble, tmp_path: Any
) -> None:
    file = tmp_path / "task.json"
    file.write_text(
        '{"networkMode": "host", "containerDefinitions": [{"name": "a", "image": "a"}]}'
    )

    def build(app: cdk.App) -> None:
        raw(cdk.Stack(app, "Raw"))
        raw(cdk.Stack(app, "Left"))
        raw(cdk.Stack(app, "Own"), {"name": "xray", "image": "amazon/aws-xray-daemon:3.6.6"})
        stack = cdk.Stack(app, "File")
        TracedTaskDefinition(stack, "Task", file=TracedTaskDefinitionFile.from_file(file))
        trace(app, exclude={"Left/*": "a batch job"})

    stacks = assemble(build)

    found = {name for name, stack in stacks.items() if said(stack, "ecs-xray:raw-not-traced")}
    assert found == {"Raw"}


@pytest.mark.parametrize("own_aspect", [True, False])
def test_a_stage_that_the_aspect_does_not_reach_is_named(
    assemble: Assemble, *, own_aspect: bool
) -> None:
    def build(app: cdk.App) -> None:
        cdk.Stack(app, "Outer")
        stage = cdk.Stage(app, "prod")
        task(cdk.Stack(stage, "Svc"))
        if own_aspect:
            trace(stage)
        trace(app)

    stacks = assemble(build)

    assert bool(said(stacks["Outer"], "ecs-xray:stage-not-traced")) is not own_aspect
    assert ("xray-daemon" in stacks["prod-Svc"].containers()) is own_aspect


def test_an_app_of_stages_alone_says_so_too(assemble: Assemble) -> None:
    def build(app: cdk.App) -> None:
        task(cdk.Stack(cdk.Stage(app, "prod"), "Svc"))
        trace(app)

    with pytest.warns(UserWarning, match="ecs-xray:stage-not-traced"):
        assemble(build)


@pytest.mark.parametrize(
    ("options", "idle"),
    [
        ({"include": ["Shop/*"]}, 0),
        ({"include": ["Shpo/*", "Shop/*"]}, 1),
        ({"exclude": {"Shop/Orders": "why"}}, 0),
        ({"exclude": {"Shop/Odrers": "why"}}, 1),
        ({}, 0),
    ],
)
def test_a_pattern_that_matches_nothing_is_named(
    assemble: Assemble, options: dict[str, Any], idle: int
) -> None:
    def build(app: cdk.App) -> None:
        task(cdk.Stack(app, "Shop"))
        trace(app, **options)

    assert len(said(assemble(build)["Shop"], "ecs-xray:pattern-matches-nothing")) == idle


@pytest.mark.parametrize(
    "options",
    [
        {"include": "prod/*"},
        {"include": [1]},
        {"exclude": ["a"]},
        {"exclude": {"a": None}},
        {"exclude": {"a": " "}},
        {"exclude": {1: "why"}},
    ],
    ids=str,
)
def test_patterns_that_are_none_are_refused(
    options: dict[str, Any], reads_well: Callable[[object], bool]
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        XRayTracingAspect(**options)

    assert all(reads_well(problem) for problem in raised.value.problems)


@pytest.mark.parametrize("reason", [None, "", 5])
def test_excluding_without_a_reason_or_of_something_else_is_refused(reason: Any) -> None:
    stack = cdk.Stack(cdk.App(), "S")

    with pytest.raises(ConfigurationError, match="reason must say why"):
        XRayTracingAspect.exclude(task(stack), reason=reason)
    with pytest.raises(ConfigurationError, match="a task definition of this app"):
        XRayTracingAspect.exclude(raw(stack), reason="why")  # type: ignore[arg-type]
