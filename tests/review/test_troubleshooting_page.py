"""docs/troubleshooting.md: a section for every id in the code, and none for another."""

from __future__ import annotations

import re
from pathlib import Path

from cdk_ecs_xray.review.rules import RULES
from cdk_ecs_xray.sampling.findings import SamplingCheck

ANNOTATION = re.compile(r"ecs-xray:[a-z][a-z-]*[a-z]")


def test_every_id_has_its_section_and_every_section_its_id(repository: Path) -> None:
    page = (repository / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    emitted = {
        found
        for file in (repository / "constructs").rglob("*.py")
        for found in ANNOTATION.findall(file.read_text(encoding="utf-8"))
    }
    sections = re.findall(r"^### (.+)$", page, re.MULTILINE)

    assert "ecs-xray:not-traced" in emitted
    assert len(sections) == len(set(sections))
    assert set(sections) == emitted | {rule.id for rule in RULES} | set(map(str, SamplingCheck))


def test_every_section_says_why_it_matters_and_how_to_mend_it(repository: Path) -> None:
    page = (repository / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    sections = re.split(r"^### ", page, flags=re.MULTILINE)[1:]

    assert [
        section.splitlines()[0] for section in sections if section.count("**Why:** ") != 1
    ] == []
    assert [
        section.splitlines()[0] for section in sections if section.count("**Fix:** ") != 1
    ] == []


def test_a_rule_is_shown_with_its_severity(repository: Path) -> None:
    page = (repository / "docs" / "troubleshooting.md").read_text(encoding="utf-8")

    for rule in RULES:
        assert f"### {rule.id}\n\n{rule.title}. *{str(rule.severity).capitalize()}.*\n" in page
