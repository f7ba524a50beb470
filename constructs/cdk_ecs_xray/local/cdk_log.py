"""What the cdk command line prints: kept out of the way, and shown when a step fails."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from cdk_ecs_xray.printable import printable

PREFIX = "ecs-xray-cdk-"
_SHOWN = 40


def show_end(log: Path, *, keep: bool) -> str:
    """Print the last lines of a log, and return where to find all of them.

    :param log: in a folder that will be gone soon.
    :param keep: copy it even where all of its lines are shown.
    """
    lines = _lines(log)
    for line in lines[-_SHOWN:]:
        sys.stderr.write(f"{printable(line)}\n")
    if not keep and len(lines) <= _SHOWN:
        return "Its own message is above."
    try:
        kept = _copy(log)
    except OSError as error:
        return f"Its last lines are above; the rest could not be kept ({error.strerror})."
    return f"Its last lines are above, all of them in {kept}."


def _lines(log: Path) -> list[str]:
    text = log.read_text(encoding="utf-8", errors="replace")
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _copy(log: Path) -> Path:
    descriptor, path = tempfile.mkstemp(prefix=PREFIX, suffix=".log")
    with os.fdopen(descriptor, "wb") as kept:
        kept.write(log.read_bytes())
    return Path(path)
