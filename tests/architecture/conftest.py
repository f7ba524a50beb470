"""What is in the checkout, as git sees it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

# What points a Python at the checkout, which is what these tests must do without.
_OURS = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")
# What `make test` hands to a make below it, which would then speak of folders it enters.
_MAKES = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON")


@pytest.fixture(scope="session")
def committed(repository: Path) -> Sequence[Path]:
    """The files that git tracks and that are there."""
    git = shutil.which("git")
    assert git is not None
    listed = subprocess.run(
        [git, "ls-files", "-z"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout
    paths = (repository / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="session")
def elsewhere() -> Mapping[str, str]:
    """Variables of a shell that knows nothing of the checkout."""
    return {name: value for name, value in os.environ.items() if name not in (*_OURS, *_MAKES)}


@pytest.fixture(scope="session")
def end_of(elsewhere: Mapping[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command somewhere else and return how it ended."""

    def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**elsewhere, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    return run


@pytest.fixture(scope="session")
def wheel(
    tmp_path_factory: pytest.TempPathFactory,
    repository: Path,
    end_of: Callable[..., subprocess.CompletedProcess[str]],
) -> Path:
    """The package, built as for a release."""
    folder = tmp_path_factory.mktemp("dist")
    done = end_of(
        sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=repository
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built
