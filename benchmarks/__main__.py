"""Runs every benchmark, or those that are named: ``python -m benchmarks sampling_simulate``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(names: list[str]) -> None:
    """Run ``main()`` of each module here that has one, in the order of their names."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    for name in names or found:
        if name not in found:
            sys.exit(f"benchmarks: must be one of {', '.join(found)}, got '{name}'")
        if name.startswith("__") or "\ndef main(" not in _source(name):
            continue
        print(f"\n{name}")
        importlib.import_module(f"benchmarks.{name}").main()


def _source(name: str) -> str:
    # Some are programs that another one runs, and importing those would run them.
    return Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
