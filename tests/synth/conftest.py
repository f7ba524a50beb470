"""Task definitions as users write them, and the shipped stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import SamplingRule, SamplingRuleSet
from stacks.environment import Environment
from stacks.environments import read_environments
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


RULES = SamplingRuleSet(rules=(SamplingRule(name="checkout", priority=100, fixed_rate=0.5),))
SERVICE: Mapping[str, Any] = {"name": "api", "image": "nginx:1"}


@pytest.fixture(scope="session")
def stages(
    assemble: Callable[..., Mapping[str, Synthesised]], shipped_context: Mapping[str, object]
) -> Callable[..., Mapping[str, Synthesised]]:
    """Return the stacks of environments, given by the keys that matter."""

    def run(
        *environments: Environment | Mapping[str, Any], folder: Path | None = None
    ) -> Mapping[str, Synthesised]:
        def build(app: cdk.App) -> None:
            for one in environments:
                if not isinstance(one, Environment):
                    keys = {
                        "namespace": "fq",
                        "sampling_rules": RULES,
                        "services": [SERVICE],
                        **one,
                    }
                    EnvironmentStage(app, environment=Environment.model_validate(keys))
                else:
                    EnvironmentStage(app, environment=one)

        return assemble(build, context=shipped_context, folder=folder)

    return run


@pytest.fixture(scope="session")
def shipped_environments(repository: Path) -> Mapping[str, Environment]:
    """The environments of the checkout."""
    return read_environments(repository / "environments")


@pytest.fixture(scope="session")
def shipped_and_variants(shipped_environments: Mapping[str, Environment]) -> Sequence[Environment]:
    """The shipped environments, and one that takes every other way the model knows."""
    others = Environment.model_validate(
        {
            "name": "variant",
            "namespace": "fq",
            "account": "111111111111",
            "region": "eu-west-1",
            "removal_policy": "retain",
            "log_retention_days": 1,
            "sampling_rules": RULES,
            "services": [
                {**SERVICE, "network_mode": "host", "sidecar": "safe", "cluster": "shared"},
                {**SERVICE, "name": "worker", "sidecar": "safe", "desired_count": 0, "cpu": 0},
            ],
        }
    )
    return [*shipped_environments.values(), others]
