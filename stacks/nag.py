"""The check of the shipped app by cdk-nag."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from aws_cdk import App, Validations


def check_with_nag(app: App) -> None:
    """Fail the synthesis on findings that are not acknowledged: ``cdk synth -c nag=true``."""
    # A development tool, and slow to load: only whoever asks for it needs it.
    from cdk_nag import AwsSolutionsChecks

    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def findings_left(assembly: Path) -> Iterator[str]:
    """Yield what the check found, a line for each construct.

    Where cdk's command line runs the app, CDK leaves the findings to it, which prints none with
    ``--quiet`` and ends with 0 (measured with aws-cdk-lib 2.275).
    """
    report = assembly / "validation-report.json"
    if not report.is_file():
        return
    for plugin in json.loads(report.read_text(encoding="utf-8"))["pluginReports"]:
        for violation in plugin["violations"] if plugin["conclusion"] == "failure" else ():
            for construct in violation["violatingConstructs"]:
                path = construct.get("constructPath", "?")
                yield f"{path}: {violation['ruleName']}: {violation['description']}"
