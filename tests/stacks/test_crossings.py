"""How often a service's stack asks CDK's kernel something: each question costs a round trip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aws_cdk as cdk
import pytest
from jsii._kernel.providers import process

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.stacks.service_stack import ServiceStack
from tests.stacks.conftest import RULES, SERVICE

MOST = 5


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Count the requests that Python sends to the process that runs CDK."""
    requests: Counter[str] = Counter()
    send: Callable[..., Any] = process._NodeProcess.send

    def counting(self: object, request: object, *arguments: object) -> object:
        names = (getattr(request, name, None) for name in ("method", "property", "fqn"))
        requests[next(name for name in names if name is not None)] += 1
        return send(self, request, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(process._NodeProcess, "send", counting)
        yield requests


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"sidecar": "terraform", "port": 80},
        {"environment": {"PATH": "${HOME}/bin"}, "network_mode": "host", "desired_count": 0},
    ],
    ids=["plain", "benchmark", "variables"],
)
def test_a_service_takes_few_crossings(
    monkeypatch: pytest.MonkeyPatch, keys: Mapping[str, Any]
) -> None:
    environment = Environment.model_validate(
        {
            "name": "dev",
            "namespace": "fq",
            "sampling_rules": RULES,
            "services": [
                {**SERVICE, **keys, "name": name, "cluster": "shared"} for name in ("one", "next")
            ],
        }
    )
    app = cdk.App(analytics_reporting=False)
    first, following = environment.services
    ServiceStack(app, first.name, environment=environment, service=first)

    with counted(monkeypatch) as requests:
        ServiceStack(app, following.name, environment=environment, service=following)

    assert requests.total() <= MOST, dict(requests)
    assert requests["aws-cdk-lib.cloudformation_include.CfnInclude"] == 1
