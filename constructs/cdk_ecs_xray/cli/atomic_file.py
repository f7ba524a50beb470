"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cdk_ecs_xray.errors import ConfigurationError, Problem


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file, or what its symbolic link leads to; its permissions and owner stay.

    What is no regular file, such as ``/dev/stdout`` or a FIFO, is written to and stays what it is.

    :raises ConfigurationError: when it cannot be written; what was there is still there then.
    """
    try:
        target = path.resolve()
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
    except (OSError, RuntimeError) as failed:
        # Of a loop of links Python 3.11 and 3.12 make a RuntimeError.
        reason = failed.strerror if isinstance(failed, OSError) else str(failed)
        raise ConfigurationError(
            Problem(
                where=str(path),
                what="the output must be a file that can be written",
                got=f"'{reason}'",
                fix="Choose another.",
            )
        ) from None


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
