"""The first screen of the README: one example, whole, and what its commands print.

``tests/architecture/test_wheel.py`` runs it as a stranger does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from cdk_ecs_xray.sampling.prices import PRICES
from tools.docs import DOCS

ROOT = DOCS.parent
ACTION = re.compile(r"\b[a-z]+:[A-Z][A-Za-z]+")


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_first_block_is_the_example_whole(snippets: Sequence[Any]) -> None:
    (block,) = (one for one in snippets if one.page == "README.md" and one.language == "python")
    example = (ROOT / "examples" / "quick_start.py").read_text(encoding="utf-8")

    assert example.split('"""\n\n', maxsplit=1)[1] == block.text


def test_it_is_short_and_begins_with_what_it_is(readme: str) -> None:
    lines = readme.splitlines()

    assert len(lines) < 120
    assert lines[2] == (
        "Add AWS X-Ray tracing to Amazon ECS services, with the AWS CDK for Python."
    )
    # Before anything to run.
    start = readme[: readme.index("## Quick start")]
    assert "**You instrument the app**" in start
    assert "not released" in start


def test_its_price_is_the_one_of_the_table(readme: str) -> None:
    prices = PRICES["us-east-1"]

    assert f"${prices.recorded:.2f} per million" in readme
    assert f"{prices.free_recorded:,} free" in readme
    assert f"({prices.region}, {prices.as_of:%B %Y})" in readme


def test_the_policy_to_paste_has_what_verify_needs(snippets: Sequence[Any]) -> None:
    page = (DOCS / "verify.md").read_text(encoding="utf-8")
    table = page[page.index("## What is checked") : page.index("## Options")]
    (policy,) = (
        one.text
        for one in snippets
        if one.page == "docs/tasks/verify-after-deploy.md" and one.language == "json"
    )
    needed = set()
    for cell in re.findall(r"`([^`]+)`", table):
        service, _, action = cell.rpartition(":")
        needed |= {f"{service}:{action}"} if service and re.fullmatch(ACTION, cell) else set()
    # Actions behind the first of a service have no prefix in the table.
    unprefixed = set(re.findall(r"`([A-Z][A-Za-z]+)`", table)) - {"Default"}
    granted = set(ACTION.findall(policy))

    assert needed - granted == {"xray:PutTraceSegments"}
    assert {
        action for action in unprefixed if not any(g.endswith(f":{action}") for g in granted)
    } == set()


def test_start_and_task_pages_answer_in_their_first_lines() -> None:
    """A page of a task begins with an answer, not with a table or a heading."""
    for folder in ("start", "tasks", "understand"):
        for page in sorted((DOCS / folder).glob("*.md")):
            _, _, first, *_ = page.read_text(encoding="utf-8").splitlines()
            paragraph = page.read_text(encoding="utf-8").split("\n\n")[1]
            assert len(paragraph) > 150, page.name
            assert not first.startswith(("|", "#", "```")), page.name
