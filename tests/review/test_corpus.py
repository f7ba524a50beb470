"""Task definitions and templates in the manner of ten teams, each with what review has to find.

A file begins with what is expected of it: ``# expect:`` has the ids of findings, ``# apps:`` the
verdict of each app. Both follow the specifications of ECS, IAM, X-Ray and OpenTelemetry, not the
program. Notes are left out unless a file names them.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from cdk_ecs_xray.review.report import Report, review
from cdk_ecs_xray.severity import Severity

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(CORPUS.glob("*/*.yaml"))
WANTED = 0.98


@dataclass(frozen=True, kw_only=True)
class Expected:
    ids: frozenset[str]
    apps: dict[str, str]

    @classmethod
    def of(cls, file: Path) -> Expected:
        said = dict.fromkeys(("expect", "apps"), "")
        for line in file.read_text(encoding="utf-8").splitlines():
            key, colon, value = line.removeprefix("# ").partition(": ")
            if line.startswith("# ") and colon and key in said:
                said[key] = value
        parts = {key: [one.strip() for one in said[key].split(",") if one.strip()] for key in said}
        return cls(
            ids=frozenset(parts["expect"]),
            apps=dict(one.split("=", 1) for one in parts["apps"]),
        )


def found_in(report: Report, expected: Expected) -> dict[str, Severity]:
    """Return the ids that were found with their worst severity; unexpected notes do not count."""
    found: dict[str, Severity] = {}
    for finding in reversed(report.findings):
        if finding.severity is not Severity.NOTE or finding.id in expected.ids:
            found[finding.id] = finding.severity
    return found


@pytest.mark.parametrize("kind", ["tasks", "templates"])
def test_there_are_sixty_of_each(kind: str) -> None:
    assert len([file for file in FILES if file.parent.name == kind]) == 60


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_verdicts_are_as_specified(file: Path) -> None:
    report = review(str(file))

    seen = {app.name: app.outcome for task in report.tasks for app in task.apps}
    assert seen == Expected.of(file).apps


def test_precision_and_recall(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    false_errors: list[str] = []
    for file in FILES:
        expected = Expected.of(file)
        found = found_in(review(str(file)), expected)
        counts["right"] += len(found.keys() & expected.ids)
        counts["false"] += len(found.keys() - expected.ids)
        counts["missed"] += len(expected.ids - found.keys())
        wrong += [f"{file.name}: false {one}" for one in sorted(found.keys() - expected.ids)]
        wrong += [f"{file.name}: missed {one}" for one in sorted(expected.ids - found.keys())]
        false_errors += [
            f"{file.name}: {one}"
            for one, severity in found.items()
            if severity is Severity.ERROR and one not in expected.ids
        ]
    precision = counts["right"] / (counts["right"] + counts["false"])
    recall = counts["right"] / (counts["right"] + counts["missed"])
    with capsys.disabled():
        sys.stdout.write(
            f"\nreview: precision {precision:.1%}, recall {recall:.1%} of {len(FILES)} files" + "\n"
        )

    assert false_errors == []
    assert precision >= WANTED, wrong
    assert recall >= WANTED, wrong
