"""No finding of cfn-lint in any template that the shipped app can make."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.stacks.stage import EnvironmentStage

if TYPE_CHECKING:
    from tests.conftest import Synthesised

CFN_LINT = Path(sys.prefix) / "bin" / "cfn-lint"


@pytest.fixture(scope="module")
def assembly(
    tmp_path_factory: pytest.TempPathFactory,
    assemble: Callable[..., Mapping[str, Synthesised]],
    shipped_context: Mapping[str, object],
    shipped_and_variants: Sequence[Environment],
) -> Path:
    """All templates in one folder."""
    folder = tmp_path_factory.mktemp("linted")

    def build(app: cdk.App) -> None:
        for environment in shipped_and_variants:
            EnvironmentStage(app, environment=environment)

    assemble(build, context=shipped_context, folder=folder)
    return folder


def findings(*templates: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [str(CFN_LINT), "--format", "json", *map(str, templates)],
        capture_output=True,
        text=True,
        check=False,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_cfn_lint_finds_nothing(
    assembly: Path, shipped_and_variants: Sequence[Environment]
) -> None:
    templates = sorted(assembly.rglob("*.template.json"))
    stacks = sum(1 + len(environment.services) for environment in shipped_and_variants)
    assert len(templates) == stacks

    assert [
        f"{finding['Filename']}: {finding['Message']}" for finding in findings(*templates)
    ] == []


def test_cfn_lint_would_find_a_rate_of_5(assembly: Path, tmp_path: Path) -> None:
    (template, *_) = (path for path in assembly.rglob("*.json") if "FixedRate" in path.read_text())
    content = json.loads(template.read_text())
    for resource in content["Resources"].values():
        if resource["Type"] == "AWS::XRay::SamplingRule":
            resource["Properties"]["SamplingRule"]["FixedRate"] = 5
    broken = tmp_path / "broken.template.json"
    broken.write_text(json.dumps(content))

    assert any("5" in finding["Message"] for finding in findings(broken))
