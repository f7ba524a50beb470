"""The emulator's X-Ray's evaluator on the corpus that also holds the checker of rules files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdk_ecs_xray.local.xray.filter_expression import compile_filter
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError

CORPUS = json.loads((Path(__file__).parents[1] / "filter_expressions.json").read_text())
# What the evaluator does not understand, which it says instead of finding the wrong traces.
BEYOND = (
    "rootcause.",
    "edge(",
    "id(",
    "group.",
    "partial",
    "root ",
    "http.url AND",
    "responseTime",
)
ALONE = ("annotation.age", "!annotation.age", "service() { fault }")
UNDERSTOOD = [e for e in CORPUS["read"] if e not in ALONE and not any(part in e for part in BEYOND)]


@pytest.mark.parametrize("expression", CORPUS["refused"])
def test_what_the_checker_refuses_the_evaluator_refuses(expression: str) -> None:
    with pytest.raises(InvalidRequestError):
        compile_filter(expression)


@pytest.mark.parametrize("expression", UNDERSTOOD)
def test_what_the_checker_reads_is_evaluated(expression: str) -> None:
    assert compile_filter(expression) is not None


def test_most_of_the_corpus_is_evaluated() -> None:
    assert len(UNDERSTOOD) >= 15
