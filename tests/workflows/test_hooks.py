"""The hooks of pre-commit, run as it runs them: words of a shell, then the changed files."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml


@pytest.fixture(scope="module")
def hooks(repository: Path) -> Mapping[str, Mapping[str, Any]]:
    found = yaml.safe_load((repository / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return {hook["id"]: hook for hook in found}


def ran(hook: Mapping[str, Any], folder: Path, *files: str) -> subprocess.CompletedProcess[str]:
    names = files if hook.get("pass_filenames", True) else ()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        [*shlex.split(hook["entry"]), *names],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_all_rules_files_are_checked_and_one_bad_one_fails(
    hooks: Mapping[str, Mapping[str, Any]], repository: Path, tmp_path: Path
) -> None:
    hook = hooks["ecs-xray-rules"]
    (tmp_path / "bad.yaml").write_text("rules: 5\n")
    for name in ("good.yaml", "a b.yaml"):
        shutil.copy(repository / "sampling" / "rules.yaml", tmp_path / name)

    assert ran(hook, tmp_path, "good.yaml", "a b.yaml").returncode == 0
    # The last file is right, and the answer still is not.
    done = ran(hook, tmp_path, "bad.yaml", "good.yaml")
    assert done.returncode == 2
    assert "bad.yaml" in done.stdout


def test_templates_are_reviewed_each_by_itself(
    hooks: Mapping[str, Mapping[str, Any]], tmp_path: Path
) -> None:
    hook = hooks["ecs-xray-review"]
    right = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    for name in ("One.template.json", "Two.template.json"):
        (tmp_path / name).write_text(right)

    assert ran(hook, tmp_path, "One.template.json", "Two.template.json").returncode == 0
    (tmp_path / "One.template.json").write_text("[")
    assert ran(hook, tmp_path, "One.template.json", "Two.template.json").returncode == 2


def test_environments_are_checked_together(
    hooks: Mapping[str, Mapping[str, Any]], repository: Path, tmp_path: Path
) -> None:
    hook = hooks["ecs-xray-environments"]
    for folder in ("environments", "sampling"):
        shutil.copytree(repository / folder, tmp_path / folder)

    assert ran(hook, tmp_path, "environments/dev.yaml").returncode == 0
    (tmp_path / "environments" / "prod.yaml").write_text("name: dev\n")
    assert ran(hook, tmp_path, "environments/prod.yaml").returncode == 2
