"""The review of what this repository itself synthesizes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from cdk_ecs_xray.review.report import Report, review
from cdk_ecs_xray.severity import Severity

# Every example in one process, as most of the time goes into starting CDK's own.
SYNTHESISE = """
import functools, os, runpy, sys
import stacks.pinned_node
import aws_cdk
App = aws_cdk.App
for example in sys.argv[2:]:
    name = os.path.basename(example).removesuffix(".py")
    aws_cdk.App = functools.partial(App, outdir=os.path.join(sys.argv[1], name))
    runpy.run_path(example, run_name="__main__")
"""
ENVIRONMENTS = "app"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Mapping[str, Report]:
    folder = tmp_path_factory.mktemp("assemblies")
    programs = [*sorted((repository / "examples").glob("*.py")), repository / "app.py"]
    context = json.loads((repository / "cdk.json").read_text())["context"]
    done = subprocess.run(
        [sys.executable, "-c", SYNTHESISE, str(folder), *map(str, programs)],
        cwd=repository,
        env=os.environ | {"CDK_VALIDATION": "false", "CDK_CONTEXT_JSON": json.dumps(context)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {program.stem: review(str(folder / program.stem)) for program in programs}


def ids(report: Report, severity: Severity) -> set[str]:
    return {finding.id for finding in report.findings if finding.severity is severity}


def test_nothing_that_is_shipped_has_an_error(reports: Mapping[str, Report]) -> None:
    found = {name: ids(report, Severity.ERROR) for name, report in reports.items()}

    assert [name for name, errors in found.items() if errors] == []


def test_the_safe_profile_has_no_warning_either(reports: Mapping[str, Report]) -> None:
    other = ("reference_setup", "start_order", "environments_in_an_app", ENVIRONMENTS)
    safe = [name for name in reports if name not in other]
    warned = {name: ids(reports[name], Severity.WARNING) for name in safe}

    assert "one_task_definition" in safe
    assert [name for name, warnings in warned.items() if warnings] == []


def test_the_reference_setups_profile_is_warned_of(reports: Mapping[str, Report]) -> None:
    assert ids(reports["reference_setup"], Severity.WARNING) == {"essential-collector"}
    # docs/environments.md explains what the shipped environments are warned of.
    assert ids(reports[ENVIRONMENTS], Severity.WARNING) == {
        "essential-collector",
        "sampling-other-environments",
    }


def test_an_independent_start_is_warned_of_for_what_it_loses(
    reports: Mapping[str, Report],
) -> None:
    assert ids(reports["start_order"], Severity.WARNING) == {"collector-stops-first"}


def test_every_environment_is_shown(reports: Mapping[str, Report], repository: Path) -> None:
    tasks = reports[ENVIRONMENTS].tasks
    shipped = {file.stem for file in (repository / "environments").glob("*.yaml")}

    assert {task.environment for task in tasks} == shipped
    assert {app.outcome for task in tasks for app in task.apps} == {"connected"}
    assert {task.permissions for task in tasks} == {"all five write actions"}


def test_the_apps_of_patterns_are_wired_and_what_is_excluded_is_named(
    reports: Mapping[str, Report],
) -> None:
    apps = {app.name: app for task in reports["whole_app"].tasks for app in task.apps}

    assert apps["web"].address == "127.0.0.1:2000"
    assert apps["nightly"].outcome == "not-connected"


def test_a_collector_of_the_instance_counts(reports: Mapping[str, Report]) -> None:
    outcomes = {
        app.name: app.outcome for task in reports["daemon_service"].tasks for app in task.apps
    }

    assert outcomes["orders"] == "connected"


def test_problems_read_well(
    reports: Mapping[str, Report], reads_well: Callable[[object], bool]
) -> None:
    texts = [str(finding.problem) for report in reports.values() for finding in report.findings]

    assert [text for text in texts if not reads_well(text)] == []
