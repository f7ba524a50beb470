"""Finds what a review compares with: a folder, a template, or a path in a git revision."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from cdk_ecs_xray.errors import Problem, ReviewError
from cdk_ecs_xray.files.text_file import is_there, require_reachable
from cdk_ecs_xray.templates.assembly import read_stacks
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.templates.terraform_stacks import read_before


def read_baseline(against: str, *, path: str) -> Sequence[StackSource]:
    """Return the stacks of a baseline.

    :param against: a folder that cdk synth wrote, a template, a plan or state of Terraform, or a
        git revision that holds PATH. A plan against itself is what it found before.
    :param path: what is reviewed.
    :raises ReviewError: when it is none of these, with the commands that make one.
    """
    require_reachable(against, error=ReviewError)
    if is_there(against):
        before = read_before(against) if _is_same_file(against, path) else None
        return read_stacks(against) if before is None else before
    archive = _archived(against, path)
    with tempfile.TemporaryDirectory() as folder:
        _unpack(archive, Path(folder))
        return read_stacks(str(Path(folder) / PurePosixPath(path)))


def _is_same_file(against: str, path: str) -> bool:
    return is_there(path) and Path(against).is_file() and Path(path).samefile(against)


def _unpack(archive: bytes, folder: Path) -> None:
    """Write the files of an archive, and no links, which could lead anywhere.

    By hand: the filter that tarfile has for this came with Python 3.11.4.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            target = folder / member.name
            content = files.extractfile(member) if member.isreg() else None
            if content is not None and target.resolve().is_relative_to(folder.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())


def _archived(revision: str, path: str) -> bytes:
    absolute = Path(path).is_absolute() or path == "-"
    if revision.startswith("-") or absolute or ".." in Path(path).parts:
        raise _no_baseline(revision, "PATH is not below this folder")
    try:
        # From where PATH is relative to; the shell is not asked, so no name can do harm.
        done = subprocess.run(
            ["git", "archive", "--format=tar", revision, "--", path],  # noqa: S607
            capture_output=True,
            check=False,
        )
    except OSError:
        raise _no_baseline(revision, "git is not installed") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise _no_baseline(revision, said[-1] if said else "git failed")
    return done.stdout


def _no_baseline(revision: str, why: str) -> ReviewError:
    return ReviewError(
        Problem(
            where=f"--against {revision}",
            what="must be a folder that cdk synth wrote, a template, a Terraform plan or state, "
            "or a git revision that holds PATH",
            got=f"'{why}'",
            fix="Cdk.out is rarely committed, so synthesize the other revision: git worktree add "
            "../base REVISION, cdk synth -o ../base/cdk.out there, and --against ../base/cdk.out.",
        )
    )
