"""Starts and stops the relay from Python."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from cdk_ecs_xray.errors import LocalAwsError, Problem
from cdk_ecs_xray.local import interruption, process
from cdk_ecs_xray.local.control import HOST
from cdk_ecs_xray.local.relay import log as lines_of_log

_LISTENING = "Listening on "
# Ends a start that hangs; one that fails is seen at once.
START_TIMEOUT = 120.0
# Bytes at the end of a log, which grows as long as the relay runs.
_SEARCHED = 16_384
# With X-Ray hanging and every place taken, the daemon takes up to 23.5 s to end.
STOP_TIMEOUT = 30.0


class Relay:
    """One running relay. Use it as a context manager, or call :meth:`stop`.

    It ends with this process, however that ends.
    """

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.pid = process.pid
        self.log = log
        self._process = process
        self._undo = interruption.remember(self._kill)
        self.address = ""
        """``host:port`` as AWS_XRAY_DAEMON_ADDRESS takes it."""

    @classmethod
    def start(cls, variables: Mapping[str, str], *, address: str = f"{HOST}:0", log: Path) -> Self:
        """Start a relay and wait until it listens.

        :param variables: endpoint, region and keys, as ``EmbeddedAws.cdk_environment`` has them.
        :param address: where apps look for it; port 0 is a free one.
        :param log: the file that its lines go to.
        :raises LocalAwsError: it does not listen, as when the port is taken.
        """
        host, _, port = address.rpartition(":")
        with interruption.held(), log.open("wb") as output:
            program = subprocess.Popen(
                [
                    *(sys.executable, "-m", __package__),
                    *(f"--host={host}", f"--port={port}", "--with-parent"),
                ],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**process.server_environment(), **variables},
                start_new_session=True,
            )
            started = cls(program, log)
        started._wait_until_listening(address)
        return started

    def complaint(self) -> str:
        """Return the last line of its log that is a warning or an error; empty without any."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - _SEARCHED))
            lines = log.read().decode(errors="replace").splitlines()
        return next((line for line in reversed(lines) if lines_of_log.is_complaint(line)), "")

    def stop(self) -> None:
        """Ask it to end, as ECS does, and wait until it has sent all. Safe to call twice."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_TIMEOUT)
        self._kill()

    def _kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        interruption.forget(self._undo)

    def _wait_until_listening(self, address: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            _, found, rest = self.log.read_text(errors="replace").partition(_LISTENING)
            if found and "," in rest:
                self.address = rest.partition(",")[0]
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        lines = self.log.read_text(errors="replace").splitlines() or ["nothing"]
        self._kill()
        raise LocalAwsError(
            Problem(
                where="relay",
                what=f"{address} must be an address that is free",
                got=f"'{lines[-1]}'",
                fix="Stop what listens there, such as an X-Ray daemon.",
            )
        )

    def __enter__(self) -> Self:
        """The relay itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()
