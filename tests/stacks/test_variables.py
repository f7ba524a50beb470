"""Values of variables that a template would take for something else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.stacks.stage import EnvironmentStage

FILE = """\
name: dev
namespace: fq
sampling_rules: rules.yaml
services:
  - {{name: web, image: "nginx:1", cluster: shared, environment: {{HOME_PAGE: {value}}}}}
"""


def joined(value: Any) -> str:
    """Return what CloudFormation makes of a value: text, or the pieces that it joins."""
    if isinstance(value, str):
        return value
    separator, pieces = value["Fn::Join"]
    assert all("${" not in piece for piece in pieces)
    return str(separator.join(pieces))


@pytest.mark.parametrize(
    "value",
    [
        "${HOME}/x",
        "a${B}c${D}",
        "${}",
        "${!X}",
        "$${X}",
        "${${X}}",
        "x${",
        "${AWS::Region}",
        "$HOME",
        "{",
        "",
    ],
)
def test_a_value_reaches_the_container_to_the_letter(
    assemble: Callable[..., Mapping[str, Any]], tmp_path: Path, value: str
) -> None:
    (tmp_path / "rules.yaml").write_text("rules: [{name: all, priority: 100, fixed_rate: 0.5}]\n")
    (tmp_path / "dev.yaml").write_text(FILE.format(value=json.dumps(value)))
    environment = Environment.from_file(tmp_path / "dev.yaml")

    stack = assemble(lambda app: EnvironmentStage(app, environment=environment))["fq-dev-web"]

    (found,) = (
        variable["Value"]
        for variable in stack.containers()["web"]["Environment"]
        if variable["Name"] == "HOME_PAGE"
    )
    assert joined(found) == value
    assert isinstance(found, str) is ("${" not in value)
