"""Task definitions as users write them in their stacks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.local import EmbeddedAws
from tests.cdk.function_answers import Answers


@pytest.fixture(scope="session")
def ec2_task() -> Callable[..., ecs.Ec2TaskDefinition]:
    """Make a task definition for EC2, in bridge mode by default."""

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
def aws() -> Iterator[EmbeddedAws]:
    """Run the functions of custom resources, and answer them."""
    with EmbeddedAws.start() as running:
        yield running


@pytest.fixture
def answers() -> Iterator[Answers]:
    """Wait for a function's answers as CloudFormation does."""
    with Answers() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
