"""What `import cdk_ecs_xray` offers: one list of names, however it is asked for."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import cdk_ecs_xray


def for_type_checkers() -> set[str]:
    tree = ast.parse(Path(cdk_ecs_xray.__file__).read_text())
    return {
        alias.name
        for block in tree.body
        if isinstance(block, ast.If)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }


def test_type_checkers_see_the_names_that_all_lists() -> None:
    assert for_type_checkers() == set(cdk_ecs_xray.__all__)
    assert list(cdk_ecs_xray.__all__) == sorted(cdk_ecs_xray.__all__)


@pytest.mark.parametrize("name", cdk_ecs_xray.__all__)
def test_every_name_can_be_had(name: str) -> None:
    value = getattr(cdk_ecs_xray, name)

    assert value.__name__ == name
    assert value.__doc__
    assert value.__module__.startswith("cdk_ecs_xray.")


def test_a_star_import_brings_exactly_these() -> None:
    names: dict[str, object] = {}
    exec("from cdk_ecs_xray import *", names)  # noqa: S102

    assert set(names) - {"__builtins__"} == set(cdk_ecs_xray.__all__)


def test_completion_sees_them_before_they_are_used() -> None:
    assert set(cdk_ecs_xray.__all__) <= set(dir(cdk_ecs_xray))


def test_another_name_is_an_attribute_error_like_everywhere() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'XrayTracing'"):
        _ = cdk_ecs_xray.XrayTracing
    assert not hasattr(importlib.import_module("cdk_ecs_xray"), "_missing")


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import cdk_ecs_xray", ("jsii", "aws_cdk", "pydantic", "yaml", "boto3")),
        ("from cdk_ecs_xray import Naming, XRayDaemon", ("jsii", "aws_cdk", "boto3")),
        ("from cdk_ecs_xray import SamplingRuleSet", ("jsii", "aws_cdk", "boto3")),
        ("from cdk_ecs_xray import XRayTracing", ("boto3", "click", "rich", "ministack")),
    ],
)  # fmt: skip
def test_an_import_loads_no_more_than_it_needs(statement: str, absent: tuple[str, ...]) -> None:
    code = f"{statement}; import sys; print(*[m for m in {absent!r} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
