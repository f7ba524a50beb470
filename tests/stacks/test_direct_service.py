"""A service whose apps send spans to X-Ray by themselves has no collector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.stacks.stage import EnvironmentStage
from tests.stacks.conftest import RULES

ENVIRONMENT: Mapping[str, Any] = {
    "name": "dev",
    "namespace": "fq",
    "account": "111122223333",
    "region": "eu-west-1",
    "sampling_rules": RULES,
}
WEB: Mapping[str, Any] = {"name": "web", "image": "a:1", "cluster": "theirs", "direct": "node"}


def test_it_has_its_app_alone_and_may_send_spans(
    assemble: Callable[..., Mapping[str, Any]], shipped_context: Mapping[str, object]
) -> None:
    environment = Environment.model_validate({**ENVIRONMENT, "services": [WEB]})

    stacks = assemble(
        lambda app: EnvironmentStage(app, environment=environment), context=shipped_context
    )
    stack = stacks["fq-dev-web"]

    assert list(stack.containers()) == ["web"]
    # The app's own: a collector would bring a second one.
    assert len(stack.resources("AWS::Logs::LogGroup")) == 1
    policies = stack.resources("AWS::IAM::Policy")
    assert "xray:PutSpans" in str(policies)
    assert "xray.eu-west-1." in str(stack.containers()["web"]["Environment"])


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"direct": "python"}, "botocore is required"),
        ({"direct": "go"}, "Input should be 'dotnet'"),
        ({"direct": {"distribution": "node", "sampling_ratio": 5}}, "must be between 0 and 1"),
        ({"direct": "node", "instrument": "node"}, "direct and instrument cannot be combined"),
    ],
)
def test_what_cannot_work_is_refused(keys: Mapping[str, Any], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        Environment.model_validate({**ENVIRONMENT, "services": [{**WEB, **keys}]})
