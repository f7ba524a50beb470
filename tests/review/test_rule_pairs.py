"""For every rule a template that triggers it, and a near neighbor that does not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_ecs_xray.review.rules import RULES
from tests.review.rule_pairs import PAIRS
from tests.review.spoils import Find, Spoil, Template, awsvpc


def spoilt(right: Template, spoil: Spoil) -> Template:
    template = copy.deepcopy(right)
    spoil(template)
    return template


def test_the_right_template_has_no_findings(right: Template, found: Find) -> None:
    assert [str(finding.problem) for finding in found(right)] == []
    assert [str(finding.problem) for finding in found(spoilt(right, awsvpc))] == []


def test_every_rule_has_a_pair() -> None:
    ids = [rule.id for rule in RULES]

    assert ids == sorted(set(ids))
    assert set(PAIRS) | {"name-clash"} == set(ids)


@pytest.mark.parametrize("rule", PAIRS)
def test_a_rule_finds_what_is_wrong_and_nothing_beside_it(
    right: Template, found: Find, reads_well: Callable[[object], bool], rule: str
) -> None:
    pair = PAIRS[rule]

    caught = [finding for finding in found(spoilt(right, pair.spoilt)) if finding.id == rule]
    missed = [
        str(finding.problem)
        for finding in found(spoilt(right, pair.neighbour))
        if finding.id == rule
    ]

    assert len(caught) == 1
    assert reads_well(caught[0].problem)
    assert missed == []


@pytest.mark.parametrize("rule", PAIRS)
def test_the_page_shows_the_message_of_a_rule_as_it_is(
    right: Template, found: Find, repository: Path, rule: str
) -> None:
    page = (repository / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    section = page.partition(f"### {rule}\n")[2].partition("\n### ")[0]

    (caught,) = [
        finding for finding in found(spoilt(right, PAIRS[rule].spoilt)) if finding.id == rule
    ]

    # The page has CloudFormation's spelling; what CDK calls a member is said beside it.
    shown = str(caught.problem).partition(" In CDK: ")[0]
    assert shown.replace("Stack0", "orders") in section


def test_a_name_in_two_stacks_clashes_unless_they_are_apart(right: Template, found: Find) -> None:
    accounts = ["aws://111111111111/eu-west-1", "aws://222222222222/eu-west-1"]

    clashes = [finding for finding in found(right, right) if finding.id == "name-clash"]
    together = [str(clashe.problem) for clashe in clashes]
    apart = [str(finding.problem) for finding in found(right, right, environments=accounts)]

    assert len(together) == 2, "the log group and the family"
    assert [str(clashe.severity) for clashe in clashes] == ["error", "warning"]
    assert "'/fq/dev/orders/instance/xray'" in together[0]
    assert apart == []
