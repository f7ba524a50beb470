"""Reviews of what Terraform prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.review.report import Report, review
from tests.terraform_documents import (
    state,
)

FORMS = ("terminal", "markdown", "html", "json", "sarif")
ROLE, TASK = "aws_iam_role.shop", "aws_ecs_task_definition.shop"
Reviewed = Callable[..., Report]


@pytest.fixture
def reviewed(tmp_path: Path) -> Callable[..., Report]:
    """Return the review of a document, or of its resources as a state."""

    def run(content: Any, **options: Any) -> Report:
        if isinstance(content, list):
            content = state(*content)
        file = tmp_path / "document.json"
        file.write_text(json.dumps(content))
        return review(str(file), **options)

    return run


def ids(report: Report) -> list[str]:
    return [finding.id for finding in report.findings]
