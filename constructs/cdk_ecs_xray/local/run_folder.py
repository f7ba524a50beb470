"""The folder of one run of the AWS emulator: its secret, its lock, its temporary files.

Whoever may read the folder may use the server: mode 0700, and each file in it 0600. The server
holds a lock on a file there for as long as it lives. So a process id is believed only when it
is in the folder of a lock that is held, and never because somebody on the network said it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from cdk_ecs_xray.errors import LocalAwsError, Problem

HOME_PREFIX = "ecs-xray-aws-"
_LOCK = "server.lock"
_SETTINGS = "run.json"
_PRIVATE_FILE = 0o600
_OTHERS = 0o077
_LARGEST = 4096


class RunFolder:
    """One run's folder. Make one with :meth:`create`; find one with :meth:`of_port`."""

    def __init__(
        self, path: Path, *, port: int, secret: str, started: float = 0.0, started_in: str = ""
    ) -> None:
        self.path = path
        self.port = port
        self.secret = secret
        # Epoch seconds, and the folder of the command that started it.
        self.started = started
        self.started_in = started_in
        # Of the one who made it, until the server has inherited it.
        self.lock: int | None = None

    @classmethod
    def create(cls, *, port: int) -> Self:
        """Make the folder of a server that will listen on *port*, with a secret of its own.

        :raises LocalAwsError: there is no room for it.
        """
        for left in cls._all():
            if not left.is_locked():
                left.remove()
        path, made = None, None
        try:
            path = Path(tempfile.mkdtemp(prefix=HOME_PREFIX)).resolve()
            made = cls(
                path,
                port=port,
                secret=secrets.token_urlsafe(30),
                started=time.time(),
                started_in=_current_folder(),
            )
            # Locked before it can be read: one that can, and is not locked, was left behind.
            _write(path / _LOCK, "")
            made.lock = made._take_lock()
            _write(path / _SETTINGS, json.dumps(made._settings()))
        except OSError as error:
            if made is not None:
                made.let_go_of_lock()
            if path is not None:
                shutil.rmtree(path, ignore_errors=True)
            raise LocalAwsError(
                Problem(
                    where="AWS emulator",
                    what="the temporary folder must be writable",
                    got=str(error),
                    fix="Set TMPDIR to a folder with space in it.",
                )
            ) from error
        return made

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The folder at *path*; None when it is not one, or not of this user alone."""
        try:
            if not _is_private(path):
                return None
            with (path / _SETTINGS).open("rb") as file:
                settings = json.loads(file.read(_LARGEST))
            return cls(
                path,
                port=int(settings["port"]),
                secret=str(settings["secret"]),
                started=float(settings.get("started", 0.0)),
                started_in=str(settings.get("startedIn", "")),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @classmethod
    def of_port(cls, port: int) -> Self | None:
        """The folder of this user's running server on *port*; None when there is none."""
        for found in cls._all():
            if found.port == port and found.pid() is not None:
                return found
        return None

    @classmethod
    def running(cls) -> Sequence[Self]:
        """The folders of this user's running servers, the first started first."""
        found = [one for one in cls._all() if one.pid() is not None]
        return sorted(found, key=lambda one: one.started)

    def _settings(self) -> dict[str, object]:
        return {
            "port": self.port,
            "secret": self.secret,
            "started": self.started,
            "startedIn": self.started_in,
        }

    @classmethod
    def _all(cls) -> Iterator[Self]:
        for path in sorted(Path(tempfile.gettempdir()).resolve().glob(HOME_PREFIX + "*")):
            found = cls.read(path)
            if found is not None:
                yield found

    def _take_lock(self) -> int:
        """Lock the folder; the lock lasts until the last copy of the descriptor closes."""
        descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor

    def let_go_of_lock(self) -> None:
        """Close this process's copy; the server has its own."""
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    @staticmethod
    def write_pid(descriptor: int) -> None:
        """Write this process's id into the lock that it has inherited."""
        os.set_inheritable(descriptor, False)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)

    def pid(self) -> int | None:
        """The process that holds the lock; None when none does, or it has not said who it is."""
        try:
            text = (self.path / _LOCK).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        return int(text) if self.is_locked() and text.isdecimal() and int(text) > 1 else None

    def is_locked(self) -> bool:
        """Whether a server has the folder, or is about to."""
        try:
            descriptor = os.open(self.path / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)


def _current_folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        # Somebody has removed it.
        return ""


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _is_private(path: Path) -> bool:
    status = path.lstat()
    return (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.getuid()
        and not status.st_mode & _OTHERS
    )
