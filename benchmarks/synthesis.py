"""Synthesis with the kit against the same resources written by hand: CPU time, side by side."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1, 50, 200)
ROUNDS = 5
PROGRAMS = ("synthesis_by_hand.py", "synthesis_with_kit.py")


def main() -> None:
    """Print CPU seconds and their ratio for apps of 1, 50 and 200 services."""
    print(f"{'services':>8}  {'by hand':>8}  {'kit':>8}  ratio   (median of {ROUNDS}, alternating)")
    for size in SIZES:
        seconds: dict[str, list[float]] = {program: [] for program in PROGRAMS}
        for _ in range(ROUNDS):
            resources = []
            for program in PROGRAMS:
                spent, kinds = _run(program, size)
                seconds[program].append(spent)
                resources.append(kinds)
            if resources[0] != resources[1]:
                sys.exit(f"not the same resources: {resources[0]} and {resources[1]}")
        hand, kit = (statistics.median(seconds[program]) for program in PROGRAMS)
        print(f"{size:>8}  {hand:>7.2f}s  {kit:>7.2f}s  {kit / hand:.2f}")


def _run(program: str, size: int) -> tuple[float, Counter[str]]:
    with tempfile.TemporaryDirectory() as folder:
        before = _children()
        subprocess.run(
            [sys.executable, str(Path(__file__).with_name(program)), str(size), folder],
            cwd=ROOT,
            env={**os.environ, "CDK_VALIDATION": "false", "PYTHONPATH": str(ROOT)},
            check=True,
        )
        spent = _children() - before
        kinds = Counter(
            resource["Type"]
            for template in Path(folder).glob("*.template.json")
            for resource in json.loads(template.read_text())["Resources"].values()
        )
    return spent, kinds


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
