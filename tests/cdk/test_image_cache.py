"""The collector's image through a pull-through cache, and who may pull it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from cdk_ecs_xray import (
    AdotCollector,
    CloudWatchAgent,
    Collector,
    ConfigurationError,
    XRayDaemon,
    XRayImageCache,
    XRayTracing,
)

ENV = cdk.Environment(account="111122223333", region="cn-north-1")
PULL = {
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchImportUpstreamImage",
    "ecr:CreateRepository",
}


def traced(stack: cdk.Stack, tracing: XRayTracing) -> None:
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container("app", image=ecs.ContainerImage.from_registry("app:7"))
    task.add_extension(tracing)


def grants(stack: Any) -> dict[str, Any]:
    return {
        action: statement["Resource"]
        for policy in stack.resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in [statement["Action"]]
        if isinstance(action, str)
    } | {
        action: statement["Resource"]
        for policy in stack.resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in statement["Action"]
        if isinstance(statement["Action"], list)
    }


@pytest.mark.parametrize("collector", [XRayDaemon(), AdotCollector(), CloudWatchAgent()])
@pytest.mark.parametrize("env", [None, ENV])
def test_every_engines_image_comes_through_the_cache_with_its_permissions(
    assemble: Callable[..., Any], collector: Collector, env: cdk.Environment | None
) -> None:
    def build(app: cdk.App) -> None:
        stack = cdk.Stack(app, "S", env=env)
        cache = XRayImageCache(stack, "Cache", prefix="gallery")
        traced(stack, XRayTracing(collector=collector, image_cache=cache))

    stack = assemble(build)["S"]

    assert stack.properties("AWS::ECR::PullThroughCacheRule") == {
        "EcrRepositoryPrefix": "gallery",
        "UpstreamRegistryUrl": "public.ecr.aws",
    }
    image = json.dumps(stack.containers()[collector.container_name]["Image"])
    assert "public.ecr.aws" not in image
    assert ".dkr.ecr." in image
    assert "/gallery/" in image
    found = grants(stack)
    assert set(found) >= {*PULL, "ecr:GetAuthorizationToken"}
    assert all("repository/gallery/" in json.dumps(found[action]) for action in PULL)
    (task,) = stack.resources("AWS::ECS::TaskDefinition").values()
    assert any(one.startswith("CacheRule") for one in task["DependsOn"])
    assert stack.warnings == []


def test_one_cache_serves_another_stack_and_a_registry_by_hand(
    assemble: Callable[..., Any],
) -> None:
    def build(app: cdk.App) -> None:
        cache = XRayImageCache(cdk.Stack(app, "Shared"), "Cache")
        traced(cdk.Stack(app, "One"), XRayTracing(image_cache=cache))
        traced(cdk.Stack(app, "Two"), XRayTracing(collector=XRayDaemon(registry=cache.registry)))

    stacks = assemble(build)

    images = [
        json.dumps(stacks[name].containers()["xray-daemon"]["Image"]) for name in ("One", "Two")
    ]
    assert images[0] == images[1]
    assert "/ecr-public/xray/aws-xray-daemon:" in images[0]
    assert all(set(grants(stacks[name])) >= PULL for name in ("One", "Two"))


def test_a_rule_that_exists_is_used_and_not_made(synthesise: Callable[..., Any]) -> None:
    def build(stack: cdk.Stack) -> None:
        cache = XRayImageCache.from_prefix(stack, "Cache", "mine")
        traced(stack, XRayTracing(image_cache=cache))

    stack = synthesise(build)

    assert stack.resources("AWS::ECR::PullThroughCacheRule") == {}
    assert "/mine/xray/" in json.dumps(stack.containers()["xray-daemon"]["Image"])


def test_an_image_of_another_registry_stays(synthesise: Callable[..., Any]) -> None:
    def build(stack: cdk.Stack) -> None:
        collector = XRayDaemon(registry="mirror.example.com")
        traced(stack, XRayTracing(collector=collector, image_cache=XRayImageCache(stack, "Cache")))

    image = synthesise(build).containers()["xray-daemon"]["Image"]
    assert image.startswith("mirror.example.com/xray/")


def test_a_role_that_cannot_be_changed_is_named(synthesise: Callable[..., Any]) -> None:
    def build(stack: cdk.Stack) -> None:
        role = iam.Role.from_role_name(stack, "E", "exec", mutable=False)
        task = ecs.FargateTaskDefinition(stack, "Task", execution_role=role)
        task.add_container("app", image=ecs.ContainerImage.from_registry("app:7"))
        cache = XRayImageCache(stack, "Cache")
        task.add_extension(XRayTracing(image_cache=cache, logging="none"))

    (warning,) = synthesise(build).warnings
    assert "ecr:BatchImportUpstreamImage" in warning


@pytest.mark.parametrize("prefix", ["a", "A-b", "a" * 31, "a//b", "", "-a"])
def test_a_prefix_that_amazon_ecr_refuses_is_refused(
    prefix: str, reads_well: Callable[[object], bool]
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        XRayImageCache(cdk.Stack(cdk.App(), "S"), "Cache", prefix=prefix)

    (problem,) = raised.value.problems
    assert reads_well(problem)
