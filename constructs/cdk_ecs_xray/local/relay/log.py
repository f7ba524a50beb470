"""Lines as the daemon writes them, so that whoever reads the daemon's log reads the relay's."""

from __future__ import annotations

import sys
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


def _write(level: str, text: str) -> None:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with _lock:
        sys.stdout.write(f"{stamp} [{level}] {printable(text)}\n")
        sys.stdout.flush()
