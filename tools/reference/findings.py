"""Every id that a command can print, with the section about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cdk_ecs_xray.collectors.log_lines import LINE_MEANINGS
from cdk_ecs_xray.review.rules import RULES
from cdk_ecs_xray.sampling.findings import _WARNINGS, SamplingCheck
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.verify.checks import CHECKS
from cdk_ecs_xray.verify.sent_trace import SENT_TRACE
from tools.reference.table import cell, table

DOCS = Path(__file__).parents[2] / "docs"
_SEVERITY = re.compile(r"\*(Error|Warning|Note)\.\*")
_SECTION = re.compile(r"^#{2,3} (\S+)\n\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)


def findings() -> str:
    """Return tables of ids: review's, sampling's, the constructs', verify's, the log lines'."""
    page, verify = "troubleshooting.md", "fix/verify.md"
    said, said_of_checks = _first_sentences(page), _first_sentences(verify)
    review = [(rule.id, str(rule.severity), rule.title) for rule in RULES]
    sampling = [
        (str(check), str(Severity.WARNING if check in _WARNINGS else Severity.ERROR), said[check])
        for check in SamplingCheck
    ]
    constructs = [(name, "", text) for name, text in said.items() if name.startswith("ecs-xray:")]
    checks = [
        (check.check_id, "", said_of_checks[check.check_id]) for check in (*CHECKS, SENT_TRACE)
    ]
    lines = [(one.meaning_id, "", said_of_checks[one.meaning_id]) for one in LINE_MEANINGS]
    return "\n".join(
        [
            *_part("Findings of review", page, review),
            *_part("Findings of rules check", page, sampling),
            *_part("Messages of constructs and inject", page, constructs),
            *_part("Checks of verify", verify, checks),
            *_part("Lines of collectors that verify reads", verify, lines),
        ]
    )


def _part(title: str, page: str, rows: list[tuple[str, str, str]]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    with_severity = any(severity for _, severity, _ in rows)
    head = ("id", "severity", "") if with_severity else ("id", "")
    yield from table(
        head,
        (
            (
                f"[`{name}`](../{page}#{name.replace(':', '')})",
                *((severity,) if with_severity else ()),
                cell(text),
            )
            for name, severity, text in sorted(rows)
        ),
    )


def _first_sentences(page: str) -> dict[str, str]:
    """Return what each section of a page begins with, up to its first full stop."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return {name: _first_sentence(said) for name, said in _SECTION.findall(text)}


def _first_sentence(said: str) -> str:
    """Return the first sentence: of the text, or of why where only that says something."""
    first = " ".join(said.split("\n\n", maxsplit=1)[0].split())
    if _SEVERITY.fullmatch(first) or first.startswith("```"):
        first = " ".join(said.partition("**Why:**")[2].split())
    return re.split(r"(?<=\.)\s", first, maxsplit=1)[0]
