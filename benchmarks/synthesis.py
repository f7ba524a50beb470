"""Synthesis with the kit against the same resources written by hand: CPU time, side by side."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1, 50, 200)
ROUNDS = 5
HAND, KIT, JAVASCRIPT = "synthesis_by_hand.py", "synthesis_with_kit.py", "synthesis_by_hand.cjs"
_MODULES = {
    "aws-cdk-lib": "aws_cdk/_jsii",
    "@aws-cdk/cloud-assembly-schema": "aws_cdk/cloud_assembly_schema/_jsii",
    "constructs": "constructs/_jsii",
}
"""CDK's JavaScript by its name in npm, and where it is in the Python packages."""


def main() -> None:
    """Print CPU seconds and their ratios for apps of 1, 50 and 200 services."""
    print(
        f"{'services':>8}  {'by hand':>8}  {'kit':>8}  {'JavaScript':>10}  kit/hand  kit/JavaScript"
        f"   (medians of {ROUNDS}, alternating, validation off)"
    )
    with tempfile.TemporaryDirectory() as folder:
        modules = _javascript(Path(folder))
        for size in SIZES:
            hand, kit, script = _medians(size, modules)
            print(
                f"{size:>8}  {hand:>7.2f}s  {kit:>7.2f}s  {script:>9.2f}s  {kit / hand:>8.2f}  "
                f"{kit / script:>14.1f}"
            )


def _medians(size: int, modules: Path) -> Sequence[float]:
    programs = {
        HAND: [sys.executable, str(ROOT / "benchmarks" / HAND)],
        KIT: [sys.executable, str(ROOT / "benchmarks" / KIT)],
        JAVASCRIPT: [_node(), str(modules / JAVASCRIPT)],
    }
    seconds: dict[str, list[float]] = {program: [] for program in programs}
    for command in programs.values():
        # What the first run of a program compiles is there for all later ones.
        _run(command, size)
    for _ in range(ROUNDS):
        resources = {}
        for program, command in programs.items():
            spent, resources[program] = _run(command, size)
            seconds[program].append(spent)
        if len(set(map(str, resources.values()))) != 1:
            sys.exit(f"not the same resources: {resources}")
    return [statistics.median(seconds[program]) for program in programs]


def _run(command: Sequence[str], size: int) -> tuple[float, list[tuple[str, int]]]:
    # Where Python keeps nothing of what it compiles, that is most of what is measured.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        before = _children()
        subprocess.run(
            [*command, str(size), folder],
            cwd=ROOT,
            env={**inherited, "CDK_VALIDATION": "false", "PYTHONPATH": str(ROOT)},
            check=True,
        )
        spent = _children() - before
        kinds = Counter(
            found["Type"]
            for template in Path(folder).glob("*.template.json")
            for found in json.loads(template.read_text())["Resources"].values()
        )
    return spent, sorted(kinds.items())


def _javascript(folder: Path) -> Path:
    """Return a folder with the script and, as its modules, the very files that Python runs."""
    packages = Path(sysconfig.get_path("purelib"))
    for name, place in _MODULES.items():
        (archive,) = (packages / place).glob("*.tgz")
        target = folder / "node_modules" / name
        target.mkdir(parents=True)
        with tarfile.open(archive) as packed:
            packed.extractall(target, members=_stripped(packed), filter="data")
    script = folder / JAVASCRIPT
    script.write_bytes((ROOT / "benchmarks" / JAVASCRIPT).read_bytes())
    return folder


def _stripped(packed: tarfile.TarFile) -> list[tarfile.TarInfo]:
    """Return the members without the folder that npm puts around them."""
    members = []
    for member in packed.getmembers():
        member.path = member.path.partition("/")[2]
        if member.path:
            members.append(member)
    return members


def _node() -> str:
    return os.environ.get("JSII_NODE", str(Path(sys.prefix) / "bin" / "node"))


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
