"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.text_file import resolved

_MOST_LINKS = 40  # As many as Linux follows.


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file, or what its symbolic link leads to; its permissions and owner stay.

    What is no regular file, such as a FIFO, and what the command holds open already, such as
    ``/dev/stdout`` wherever it leads, is written to and stays what it is.

    :raises ConfigurationError: when it cannot be written; what was there is still there then.
    """
    try:
        descriptor = _held_open(path)
        if descriptor is not None:
            _write_behind(descriptor, content)
            return
        target = resolved(path)
        if target.is_dir():
            raise IsADirectoryError(None, "Is a directory")
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                device.write(content)
            return
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            _write_new(beside, content)
            if target.exists():
                status = target.stat()
                if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                    os.chown(beside, status.st_uid, status.st_gid)
                beside.chmod(status.st_mode)
            beside.replace(target)
        finally:
            with suppress(FileNotFoundError):
                beside.unlink()
    except OSError as failed:
        raise ConfigurationError(
            Problem(
                where=str(path),
                what="the output must be a file that can be written",
                got=f"'{failed.strerror}'",
                fix="Choose another.",
            )
        ) from None


def _held_open(path: Path) -> int | None:
    """Return the descriptor that a path such as ``/dev/stdout`` is a name of.

    A file that a shell sends output to is not replaced: what it holds already would be lost.
    """
    descriptors = Path("/dev/fd").resolve()
    for _ in range(_MOST_LINKS):
        if path.name.isdecimal() and path.parent.resolve() == descriptors:
            return int(path.name)
        if not path.is_symlink():
            return None
        path = path.parent / path.readlink()
    return None


def _write_behind(descriptor: int, content: bytes) -> None:
    """Write behind what was printed so far."""
    sys.stdout.flush()
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(content)


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
