"""Task definitions as users write them, and the shipped stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from stacks.environment import Environment
from stacks.stage import EnvironmentStage

if TYPE_CHECKING:
    from tests.conftest import Synthesised


@pytest.fixture(scope="session")
def ec2_task() -> Callable[..., ecs.Ec2TaskDefinition]:
    """Make a task definition for EC2, in bridge mode unless told."""

    def make(
        stack: cdk.Stack,
        construct_id: str = "Task",
        *,
        mode: ecs.NetworkMode = ecs.NetworkMode.BRIDGE,
        **options: Any,
    ) -> ecs.Ec2TaskDefinition:
        return ecs.Ec2TaskDefinition(stack, construct_id, network_mode=mode, **options)

    return make


@pytest.fixture(scope="session")
def add_app() -> Callable[..., ecs.ContainerDefinition]:
    """Add a container that serves requests."""

    def add(task: ecs.TaskDefinition, name: str = "app", **options: Any) -> ecs.ContainerDefinition:
        return task.add_container(
            name,
            container_name=name,
            image=ecs.ContainerImage.from_registry("nginx:1"),
            memory_reservation_mib=64,
            **options,
        )

    return add


@pytest.fixture(scope="session")
def variables() -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return a container's plain variables."""

    def read(container: Mapping[str, Any]) -> dict[str, Any]:
        pairs = container.get("Environment", [])
        found = {pair["Name"]: pair["Value"] for pair in pairs}
        assert len(found) == len(pairs), "a variable is there twice"
        return found

    return read


@pytest.fixture(scope="session")
def deploy_environments(
    assemble: Callable[..., Mapping[str, Synthesised]], shipped_context: Mapping[str, object]
) -> Callable[..., Mapping[str, Synthesised]]:
    """Return the stacks of environments given as the content of their files."""

    def run(*contents: Mapping[str, Any]) -> Mapping[str, Synthesised]:
        def build(app: cdk.App) -> None:
            for content in contents:
                EnvironmentStage(app, environment=Environment.model_validate(content))

        return assemble(build, context=shipped_context)

    return run
