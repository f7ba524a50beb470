"""Which of a project's reviewed files have changed: environments and sampling rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

FOLDERS = ("environments", "sampling")
_ENDINGS = frozenset({".json", ".yaml", ".yml"})


def changed_files(folder: Path, before: Mapping[Path, int]) -> Mapping[Path, int]:
    """Return when each file was last changed; equal to *before* as long as none was.

    A file that is being written, and so is gone for a moment, counts as it was.
    """
    found: dict[Path, int] = {}
    for name in FOLDERS:
        for path in sorted((folder / name).rglob("*")):
            if path.suffix in _ENDINGS:
                try:
                    found[path] = path.stat().st_mtime_ns
                except OSError:
                    if path in before:
                        found[path] = before[path]
    return found
