"""What `import cdk_ecs_xray` offers: one list of names, however it is asked for."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
import textwrap
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cdk_ecs_xray
import cdk_ecs_xray.errors


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


def classes_in(annotation: object) -> Iterator[type]:
    """Every class that an annotation names, however deep."""
    if isinstance(annotation, type) and typing.get_origin(annotation) is None:
        yield annotation
    for argument in typing.get_args(annotation):
        for inner in argument if isinstance(argument, list | tuple) else [argument]:
            yield from classes_in(inner)


def annotations_of(value: Any) -> Iterator[object]:
    """Every annotation of a class or function that its users can see."""
    members = [value]
    if inspect.isclass(value):
        members += [
            member
            for name, member in vars(value).items()
            if name == "__init__" or not name.startswith("_")
        ]
    for member in members:
        function = member.fget if isinstance(member, property) else member
        function = getattr(function, "__func__", function)
        if inspect.isclass(function) or inspect.isfunction(function):
            yield from typing.get_type_hints(function).values()
        if inspect.isfunction(function) and function.__name__ == "__init__":
            yield from attributes_of(function)


def attributes_of(constructor: Any) -> Iterator[object]:
    """The annotations of the public attributes that a constructor sets."""
    try:
        source = textwrap.dedent(inspect.getsource(constructor))
    except OSError:
        return  # Of a dataclass, whose fields were seen already.
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign):
            # Without an annotation nobody sees what an attribute is.
            public = [
                ast.unparse(target) for target in node.targets if isinstance(target, ast.Attribute)
            ]
            assert [name for name in public if not name.startswith("self._")] == []
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Attribute):
            continue
        if not node.target.attr.startswith("_"):
            yield eval(ast.unparse(node.annotation), constructor.__globals__)  # noqa: S307


@pytest.mark.parametrize("name", cdk_ecs_xray.__all__)
def test_everything_that_a_public_signature_shows_is_exported(name: str) -> None:
    shown = {
        found.__name__
        for annotation in annotations_of(getattr(cdk_ecs_xray, name))
        for found in classes_in(annotation)
        if found.__module__.startswith("cdk_ecs_xray")
    }

    assert shown - set(cdk_ecs_xray.__all__) == set()


def test_the_test_sees_fields_methods_properties_and_attributes() -> None:
    seen = {
        found.__name__
        for name in ("XRaySidecar", "XRayCollectorAlarms", "SamplingRuleSet", "EcsXRayError")
        for annotation in annotations_of(getattr(cdk_ecs_xray, name))
        for found in classes_in(annotation)
    }

    assert {"PresentWiring", "Trouble", "DefaultRule", "Problem", "SidecarProfile"} <= seen


def test_every_error_is_exported() -> None:
    raised = {name for name in vars(cdk_ecs_xray.errors) if name.endswith("Error")}

    assert raised <= set(cdk_ecs_xray.__all__)
