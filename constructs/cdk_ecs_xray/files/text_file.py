"""Reads text within bounds, the one way for every kind of file that people write."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from pathlib import Path
from typing import IO

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, Problem

# Sixteen times what CloudFormation takes as a template, and what every reader takes in seconds.
MOST_BYTES = 16 * 1024 * 1024
_LONGEST_SHOWN = 300
# What is no fault of a program: it was given a path that is not for it.
_OF_THE_PATH = (errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENAMETOOLONG, errno.EROFS)
_ZIP = b"PK\x03\x04"
_LOOP = re.compile("Symlink loop from '(.*)'", re.DOTALL)


def displayed(path: str | Path) -> str:
    """Name the file as a user would, from where the command was started."""
    path = Path(path)
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except (OSError, RuntimeError, ValueError):
        # Elsewhere, a loop of links, or a folder that is gone.
        return str(path)


def resolved(path: str | Path) -> Path:
    """Return where a path leads.

    :raises OSError: for a loop of links, which Python 3.13 takes as a place.
    """
    try:
        Path(path).stat()
    except OSError as failed:
        if failed.errno == errno.ELOOP:
            raise
    return Path(path).resolve()


def is_there(path: str | Path) -> bool:
    """Return whether a path leads to something; one that no file can have leads to nothing."""
    try:
        return Path(path).exists()
    except (OSError, RuntimeError, ValueError):
        return False


def read_text(path: str | Path, *, error: type[EcsXRayError] = ConfigurationError) -> str:
    """Return a file's text.

    :raises EcsXRayError: as the given class, when it cannot be read, is no regular file, is larger
        than 16 MiB or is no UTF-8 text.
    """
    where = displayed(path)
    try:
        content = _bytes(Path(path), where=where, error=error)
    except (OSError, ValueError) as failed:
        if isinstance(failed, EcsXRayError):
            raise
        raise error(path_problem(where, failed)) from None
    return decoded(content, where=where, error=error)


def require_reachable(path: str | Path, *, error: type[EcsXRayError] = ConfigurationError) -> None:
    """Refuse a path of which nobody can say whether it is there.

    :raises EcsXRayError: as the given class, for a loop of links, a name that is too long, a folder
        that may not be entered.
    """
    try:
        os.stat(path)  # noqa: PTH116 - a Path says no to some of these and raises others
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError) as failed:
        raise error(path_problem(str(path), failed)) from None


def unusable(failed: OSError | RuntimeError) -> Problem | None:
    """Return what is wrong with a path that somebody named; None for another failure."""
    if isinstance(failed, RuntimeError):
        # What Python 3.11 and 3.12 make of a loop of links.
        loop = _LOOP.fullmatch(str(failed))
        if loop is None:
            return None
        failed = OSError(errno.ELOOP, os.strerror(errno.ELOOP), loop[1])
    if failed.filename is None or failed.errno not in _OF_THE_PATH:
        return None
    where = failed.filename if isinstance(failed.filename, str) else os.fsdecode(failed.filename)
    return path_problem(where, failed)


def read_standard_input(*, where: str, error: type[EcsXRayError] = ConfigurationError) -> str:
    """Return the text on standard input, UTF-8 whatever the locale is.

    :raises EcsXRayError: as the given class, for more than 16 MiB or what is no UTF-8 text.
    """
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    _require_size(len(content), where=where, error=error)
    return decoded(content, where=where, error=error)


def decoded(content: bytes, *, where: str, error: type[EcsXRayError] = ConfigurationError) -> str:
    """Return bytes as text; a byte order mark, which AWS's tools refuse, goes.

    :raises EcsXRayError: as the given class, for what is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as invalid:
        got = f"byte 0x{content[invalid.start]:02x} at position {invalid.start}"
        fix = "Save it as UTF-8."
        if content.startswith(_ZIP):
            got = "a zip archive, as terraform plan -out writes"
            fix = "Print a plan with: terraform show -json PLAN > plan.json"
        problem = Problem(where=where, what="the file must be UTF-8 text", got=got, fix=fix)
        raise error(problem) from None


def open_regular(
    path: Path, *, where: str, error: type[EcsXRayError] = ConfigurationError
) -> IO[bytes]:
    """Open a regular file for reading.

    Without waiting: a FIFO that nobody writes to would hold the command forever.

    :raises EcsXRayError: as the given class, when it is a pipe, a device or a socket.
    :raises OSError: when it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    file = os.fdopen(descriptor, "rb")
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        file.close()
        raise error(
            Problem(
                where=where,
                what="the path must be a regular file",
                got=_kind(mode),
                fix="Write its content to a file first.",
            )
        )
    return file


def path_problem(where: str, failed: OSError | ValueError) -> Problem:
    """Return why a file could not be opened, as every command has it."""
    # Of a zero byte in a path Python makes a ValueError.
    reason = failed.strerror if isinstance(failed, OSError) else str(failed)
    shown = where if len(where) <= _LONGEST_SHOWN else f"{where[:_LONGEST_SHOWN]}…"
    if isinstance(failed, FileNotFoundError):
        return Problem(where=shown, what="not found", fix="Check the path.")
    return Problem(
        where=shown,
        what="the file must be readable",
        got=f"'{reason}'",
        fix="Check the path.",
    )


def _bytes(path: Path, *, where: str, error: type[EcsXRayError]) -> bytes:
    with open_regular(path, where=where, error=error) as file:
        _require_size(os.fstat(file.fileno()).st_size, where=where, error=error)
        content = file.read(MOST_BYTES + 1)
    _require_size(len(content), where=where, error=error)
    return content


def _require_size(size: int, *, where: str, error: type[EcsXRayError]) -> None:
    if size > MOST_BYTES:
        raise error(
            Problem(
                where=where,
                what=f"the file must be at most {MOST_BYTES // 1024 // 1024} MiB long",
                got="more" if size == MOST_BYTES + 1 else f"{size / 1024 / 1024:.1f} MiB",
                fix="Check that it is the right file.",
            )
        )


def _kind(mode: int) -> str:
    return "a pipe" if stat.S_ISFIFO(mode) else "a device or socket"
