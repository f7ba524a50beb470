"""The errors' hierarchy, as their module's docstring draws it, and the parts of a problem."""

from __future__ import annotations

import inspect
import re

import pytest

from cdk_ecs_xray import EcsXRayError, errors
from cdk_ecs_xray.errors import Problem


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


@pytest.mark.parametrize(
    "name", [drawn_name for drawn_name in drawn() if drawn_name != "InvalidValueError"]
)
def test_every_error_carries_its_problems_and_a_line_each(name: str) -> None:
    kind = getattr(errors, name)
    problems = [
        Problem(where="a", what="b must be 1", got="2", fix="Write 1."),
        Problem(where="c", what="d is required", fix="Add it."),
    ]

    error = kind(*problems)

    assert isinstance(error, EcsXRayError)
    assert list(error.problems) == problems
    assert str(error).splitlines() == [
        "a: b must be 1 (got 2). Write 1.",
        "c: d is required. Add it.",
    ]


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (Problem(what="must be 1", got="0", fix="Write 1."), "must be 1 (got 0). Write 1."),
        (Problem(what="must be 1", got="", fix="Write 1."), "must be 1 (got ). Write 1."),
        (
            Problem(
                where="r.yaml, rule 'a; b'", what="x must not hold '; '", got="'; '", fix="Cut."
            ),
            "r.yaml, rule 'a; b': x must not hold '; ' (got '; '). Cut.",
        ),
    ],
)
def test_the_sentence_of_a_problem_is_its_text(problem: Problem, sentence: str) -> None:
    assert str(problem) == sentence


def test_a_problem_keeps_its_parts_for_programs() -> None:
    problem = Problem(what="x must not hold '; '", got="a; b: c", fix="Cut it; or not.")

    assert problem.at("place: y; z").as_document() == {
        "where": "place: y; z",
        "what": "x must not hold '; '",
        "got": "a; b: c",
        "fix": "Cut it; or not.",
    }
