"""The app as cdk starts it: a process that reads files, writes an assembly, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Run = Callable[..., subprocess.Popen[str]]
# cdk starts app.py itself; this also tells what it has imported in the end.
STARTER = """
import runpy, sys
try:
    runpy.run_path("app.py", run_name="__main__")
except SystemExit as ended:
    code = ended.code
print(*[name for name in ("boto3", "botocore", "click", "rich", "cdk_nag") if name in sys.modules])
sys.exit(code)
"""


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> tuple[Path, Path]:
    """The app's files in two folders."""
    folders = (tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other") / "deeper")
    for folder in folders:
        folder.mkdir(exist_ok=True)
        shutil.copy(repository / "app.py", folder)
        for name in ("environments", "sampling", "stacks"):
            shutil.copytree(
                repository / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
    return folders


@pytest.fixture(scope="module")
def start(shipped_context: Mapping[str, object]) -> Run:
    """Start the app in a folder."""

    def run(
        folder: Path, out: str = "cdk.out", *, seed: int = 0, **context: str
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", STARTER],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(folder),
                "PYTHONHASHSEED": str(seed),
                "CDK_OUTDIR": str(folder / out),
                "CDK_CONTEXT_JSON": json.dumps({**shipped_context, **context}),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


def assembly(folder: Path) -> dict[str, bytes]:
    """Return what is deployed: manifests, templates and assets by their place in the assembly."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name.endswith((".template.json", ".assets.json"))
    }


def test_folder_and_hash_seed_leave_no_trace_and_no_sdk_is_loaded(
    copies: tuple[Path, Path], start: Run
) -> None:
    runs = [start(folder, seed=seed) for seed, folder in enumerate(copies)]

    for run in runs:
        output, errors = run.communicate(timeout=300)
        assert (run.returncode, errors) == (0, "")
        assert output.split() == []
    one, other = (assembly(folder / "cdk.out") for folder in copies)
    assert len(one) == 12  # three environments of two stacks, each with its list of assets
    assert one == other


def test_one_environment_can_be_chosen(copies: tuple[Path, Path], start: Run) -> None:
    run = start(copies[0], "chosen.out", env="prod")

    _, errors = run.communicate(timeout=300)

    assert (run.returncode, errors) == (0, "")
    assert {path.name for path in (copies[0] / "chosen.out").glob("assembly-*")} == {
        "assembly-prod"
    }


def test_an_unknown_environment_ends_the_app_with_one_line(
    copies: tuple[Path, Path], start: Run
) -> None:
    run = start(copies[0], "unknown.out", env="nope")

    _, errors = run.communicate(timeout=300)

    assert run.returncode == 1
    assert errors == (
        "-c env: must be the name of an environment (got 'nope'). Choose one of dev, prod, "
        "staging.\n"
    )
    assert not (copies[0] / "unknown.out" / "manifest.json").exists()


def test_environments_of_another_folder_can_be_named(copies: tuple[Path, Path], start: Run) -> None:
    (copies[1] / "mine").mkdir()
    text = (copies[1] / "environments" / "dev.yaml").read_text()
    text = text.replace("../sampling/rules.yaml", "rules.txt")
    rules = (copies[1] / "sampling" / "rules.yaml").read_text()
    (copies[1] / "mine" / "rules.txt").write_text(rules.replace("      dev:\n", "      qa:\n"))
    (copies[1] / "mine" / "qa.yaml").write_text(text.replace("name: dev", "name: qa"))
    run = start(copies[1], "mine.out", environments="mine")

    _, errors = run.communicate(timeout=300)

    assert (run.returncode, errors) == (0, "")
    assert {path.name for path in (copies[1] / "mine.out").glob("assembly-*")} == {"assembly-qa"}
