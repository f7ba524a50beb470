"""Managed Instances, External and imports: cfn-lint and cdk-nag accept them too."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.stacks.stage import EnvironmentStage
from stacks.nag import check_with_nag
from tests.stacks.conftest import RULES

OTHERS: Mapping[str, Any] = {
    "name": "others",
    "namespace": "acme",
    "account": "111122223333",
    "region": "eu-west-1",
    "sampling_rules": RULES,
    "vpc": {
        "id": "vpc-0a1b2c3d",
        "subnets": ["subnet-0a1b2c3d", "export:B"],
        "security_groups": ["sg-0a1b2c3d"],
    },
    "cluster": {"create": {"capacity": "managed_instances"}},
    "services": [
        {
            "name": "orders",
            "image": "a:1",
            "launch": "managed_instances",
            "port": 80,
            "service_connect": {"namespace": "shop"},
            "discovery": {"namespace": "ns-abc"},
        },
        {"name": "edge", "image": "a:1", "launch": "external", "cluster": "anywhere"},
        {
            "name": "own",
            "image": "a:1",
            "port": 80,
            "network_mode": "awsvpc",
            "cluster": "theirs",
            "load_balancer": {"listener": "export:Web", "priority": 5, "paths": ["/x"]},
            "scaling": {"min": 0, "max": 2, "requests_per_target": 9},
        },
    ],
}


def test_cdk_nag_and_cfn_lint_find_nothing(
    assemble: Callable[..., Mapping[str, Any]],
    shipped_context: Mapping[str, object],
    tmp_path: Path,
) -> None:
    def build(app: cdk.App) -> None:
        EnvironmentStage(app, environment=Environment.model_validate(dict(OTHERS)))
        check_with_nag(app)

    stacks = assemble(build, context=shipped_context, folder=tmp_path)

    templates = sorted(map(str, tmp_path.rglob("*.template.json")))
    assert len(templates) == len(stacks) == 5
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "cfn-lint"), "--format", "json", *templates],
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout) == []
