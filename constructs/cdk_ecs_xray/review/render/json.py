"""The report for programs. New keys may come; none is renamed or removed within a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cdk_ecs_xray.printable import json_text
from cdk_ecs_xray.review.report import Report
from cdk_ecs_xray.severity import Severity

FORMAT_VERSION = 3


def rendered(report: Report) -> str:
    """Return the report as one JSON document."""
    return json_text(_document(report), ascii_only=False) + "\n"


def _document(report: Report) -> Mapping[str, Any]:
    return {
        "version": FORMAT_VERSION,
        "source": report.source,
        "against": report.against,
        "stacks": list(report.stacks),
        "summary": {str(severity): report.count(severity) for severity in Severity},
        "findings": [
            {
                "id": finding.id,
                "severity": str(finding.severity),
                "title": finding.title,
                "stack": finding.place.stack,
                "resource": finding.place.resource,
                "container": finding.place.container,
                "file": finding.place.file,
                "line": finding.place.line,
                "source": None
                if finding.place.source is None
                else {"file": finding.place.source[0], "line": finding.place.source[1]},
                "page": finding.page,
                **finding.problem.as_document(),
            }
            for finding in report.findings
        ],
        "tasks": [asdict(task) for task in report.tasks],
        "permissions": [asdict(permission) for permission in report.permissions],
        "costs": None if report.costs is None else [cost.as_document() for cost in report.costs],
        "changes": None
        if report.changes is None
        else [
            {"kind": change.weight.name.lower(), "place": change.place, "text": change.text}
            for change in report.changes
        ],
    }
