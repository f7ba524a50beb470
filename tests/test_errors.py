"""The errors' hierarchy, as their module's docstring draws it."""

from __future__ import annotations

import inspect
import re

import pytest

from cdk_ecs_xray import EcsXRayError, errors


def drawn() -> dict[str, str]:
    """Return each error of the drawing with the one above it."""
    parents: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in inspect.cleandoc(errors.__doc__ or "").splitlines():
        match = re.match(r"(?P<indent>[ │├└─]*)(?P<name>[A-Z]\w+Error)\b", line)
        if match is None:
            continue
        depth = len(match["indent"])
        above = [(indent, name) for indent, name in above if indent < depth]
        if above:
            parents[match["name"]] = above[-1][1]
        above.append((depth, match["name"]))
    return parents


def test_the_drawing_is_the_hierarchy() -> None:
    defined = {
        name: kind.__base__.__name__
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__base__ is not None
    }

    assert drawn() == defined
    assert defined["EcsXRayError"] == "ValueError"


@pytest.mark.parametrize("name", drawn())
def test_every_error_carries_its_problems_and_a_line_each(name: str) -> None:
    kind = getattr(errors, name)

    error = kind("a: b, got c; d", "e: f, got g; h")

    assert isinstance(error, EcsXRayError)
    assert list(error.problems) == ["a: b, got c; d", "e: f, got g; h"]
    assert str(error).splitlines() == list(error.problems)
