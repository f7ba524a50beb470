"""An app as a process of this machine, in the environment that its container would have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from cdk_ecs_xray.errors import LocalAwsError, Problem
from cdk_ecs_xray.local import interruption
from cdk_ecs_xray.local.embedded_aws import EmbeddedAws
from cdk_ecs_xray.local.isolation import tells_about_aws
from cdk_ecs_xray.local.running.deployed_app import DeployedApp
from cdk_ecs_xray.local.running.log_stream import LogStream

# ECS gives a container this long between SIGTERM and SIGKILL unless its definition says otherwise.
STOP_TIMEOUT = 30.0
_FLUSH_SECONDS = 0.5


def variables_of(app: DeployedApp, aws: EmbeddedAws, **where: str) -> dict[str, str]:
    """Return what the app is started with: its deployed environment, and what ECS itself adds.

    ECS adds the credentials of the task role and the region; here these are the AWS emulator's
    address and keys. What the definition sets comes last.

    :param where: the account and region it was deployed to.
    """
    return {**aws.cdk_environment(**where), **app.environment}


class AppProcess:
    """A running app. Use it as a context manager, or call :meth:`stop`.

    :param command: its program and arguments.
    :param variables: of :func:`variables_of`, laid over the shell's without its AWS settings.
    :param folder: where it runs.
    :param stream: that its output goes to as well; None where it logs to nowhere.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        variables: Mapping[str, str],
        folder: Path,
        stream: LogStream | None = None,
        echo: bool = False,
    ) -> None:
        kept = {name: text for name, text in os.environ.items() if not tells_about_aws(name)}
        self._stream, self._echo = stream, echo
        self.lines: list[str] = []
        with interruption.held():
            self._process = _started(command, {**kept, **variables}, folder)
            self._undo = interruption.remember(self._kill)
        self.pid = self._process.pid
        self._readers = [Thread(target=self._read, daemon=True)]
        if stream is not None:
            Thread(target=self._flush, daemon=True).start()
        for reader in self._readers:
            reader.start()

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.poll()

    def wait(self) -> int:
        """Wait until it ends by itself; returns its exit code."""
        return self._process.wait()

    def stop(self, *, timeout: float = STOP_TIMEOUT) -> None:
        """End it as ECS ends a container. Safe to call twice."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
        self._kill()
        for reader in self._readers:
            reader.join()
        if self._stream is not None:
            self._stream.flush()

    def _kill(self) -> None:
        # Its helpers too: a web server's workers are in its group.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        interruption.forget(self._undo)

    def _read(self) -> None:
        output = self._process.stdout
        if output is None:
            return
        with output:
            for line in output:
                text = line.rstrip("\r\n")
                self.lines.append(text)
                if self._stream is not None:
                    self._stream.write(text)
                if self._echo:
                    sys.stdout.write(line)
                    sys.stdout.flush()

    def _flush(self) -> None:
        while self._stream is not None and self._process.poll() is None:
            time.sleep(_FLUSH_SECONDS)
            self._stream.flush()

    def __enter__(self) -> Self:
        """The running app."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()


def stream_name(app: DeployedApp) -> str:
    """Return a name as the awslogs driver makes them: prefix, container, task."""
    return "/".join(filter(None, (app.stream_prefix, app.name, uuid.uuid4().hex)))


def _started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise LocalAwsError(
            Problem(
                where="the app",
                what="its command must start",
                got=f"'{command[0]}' ({getattr(error, 'strerror', None) or error})",
                fix="Check the command and its folder.",
            )
        ) from error
