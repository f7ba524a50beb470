"""An environment that is watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest

from cdk_ecs_xray import SamplingRule, SamplingRuleSet
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.stacks.stage import EnvironmentStage

if TYPE_CHECKING:
    from tests.conftest import Synthesised

TOPIC = "arn:aws:sns:eu-west-1:111122223333:ops"
RULES = SamplingRuleSet(
    rules=(
        SamplingRule(name="rest", priority=200, fixed_rate=0.05),
        SamplingRule(name="checkout", priority=100, fixed_rate=0.5, url_path="/checkout/*"),
    )
)


@pytest.fixture(scope="session")
def environment() -> Callable[..., Environment]:
    """Make an environment of two services with these monitoring keys; None leaves them out."""

    def make(monitoring: Mapping[str, Any] | None, **keys: Any) -> Environment:
        return Environment.model_validate(
            {
                "name": "dev",
                "namespace": "fq",
                "sampling_rules": RULES,
                "services": [
                    {"name": "ledger", "image": "nginx:1", "cluster": "shared"},
                    {"name": "billing", "image": "nginx:1", "cluster": "shared"},
                ],
                "monitoring": monitoring,
                **keys,
            }
        )

    return make


@pytest.fixture(scope="session")
def watched(
    assemble: Callable[..., Mapping[str, Synthesised]],
    environment: Callable[..., Environment],
    shipped_context: Mapping[str, object],
) -> Callable[..., Mapping[str, Synthesised]]:
    """Return the stacks of such an environment."""

    def run(
        monitoring: Mapping[str, Any] | None,
        *,
        check: Callable[[cdk.App], object] = id,
        keys: Mapping[str, Any] = MappingProxyType({}),
        **options: Any,
    ) -> Mapping[str, Synthesised]:
        def build(app: cdk.App) -> None:
            EnvironmentStage(app, environment=environment(monitoring, **keys))
            check(app)

        return assemble(build, context=shipped_context, **options)

    return run
