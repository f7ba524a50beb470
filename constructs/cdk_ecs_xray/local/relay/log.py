"""Lines as the daemon writes them, so that whoever reads the daemon's log reads the relay's."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock

from cdk_ecs_xray.printable import printable

_lock = Lock()


def info(text: str) -> None:
    """Say what was done."""
    _write("Info", text)


def warn(text: str) -> None:
    """Say what was lost."""
    _write("Warn", text)


def error(text: str) -> None:
    """Say what failed."""
    _write("Error", text)


def is_complaint(line: str) -> bool:
    """Whether a line is about something that was lost or failed."""
    return " [Warn] " in line or " [Error] " in line


def _write(level: str, text: str) -> None:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    line = f"{stamp} [{level}] {printable(text)}\n"
    # A disk that is full costs lines, never segments. Past Python's buffer, which would keep what
    # could not be written and fail again when the process ends.
    with _lock, suppress(OSError):
        os.write(sys.stdout.fileno(), line.encode(errors="replace"))
