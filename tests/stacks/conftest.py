"""The shipped stages, of environments given by the keys that matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest

from cdk_ecs_xray import SamplingRule, SamplingRuleSet
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.folder import read_environments
from cdk_ecs_xray.stacks.stage import EnvironmentStage

if TYPE_CHECKING:
    from tests.conftest import Synthesised


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
            for environment in environments:
                if not isinstance(environment, Environment):
                    keys = {
                        "namespace": "fq",
                        "sampling_rules": RULES,
                        "services": [SERVICE],
                        **environment,
                    }
                    EnvironmentStage(app, environment=Environment.model_validate(keys))
                else:
                    EnvironmentStage(app, environment=environment)

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
