"""Start, find and stop the AWS emulator from Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cdk_ecs_xray.errors import LocalAwsError, Problem
from cdk_ecs_xray.local import control, interruption
from cdk_ecs_xray.local.isolation import fixed_variables
from cdk_ecs_xray.local.own_requests import ask_signed
from cdk_ecs_xray.local.process import (
    listening_socket,
    start_server,
    wait_for_exit,
)
from cdk_ecs_xray.local.run_folder import RunFolder
from cdk_ecs_xray.local.sdk_session import isolated_session

if TYPE_CHECKING:
    import boto3

DEFAULT_ACCOUNT = "000000000000"
DEFAULT_REGION = "us-east-1"
# Ends a start that hangs; one that fails is seen at once.
START_TIMEOUT = 120.0
STOP_TIMEOUT = 10.0
_LOG_TAIL = 20


class EmbeddedAws:
    """One running AWS emulator. Use it as a context manager, or call :meth:`stop`.

    A server started without ``detached`` ends with this process, however that ends.
    """

    def __init__(
        self, run: RunFolder, *, pid: int, process: subprocess.Popen[bytes] | None
    ) -> None:
        self.port = run.port
        self.pid = pid
        self.url = f"http://{control.HOST}:{run.port}"
        self._run = run
        self._process = process
        self._stopped = False
        self._outlives = False
        self._undo: interruption.Step | None = None

    @classmethod
    def start(
        cls, *, port: int | None = None, detached: bool = False, log_file: Path | None = None
    ) -> Self:
        """Start a server of our own and wait until it answers.

        :param port: a free one when None.
        :param detached: let it outlive this process; ``attach(port).stop()`` ends it later.
        :param log_file: where its log goes; in its temporary folder when None.
        :raises LocalAwsError: the port is taken, the server ended early or never answered.
        """
        with listening_socket(port) as listener, interruption.held():
            run = RunFolder.create(port=listener.getsockname()[1])
            log = log_file or run.path / "server.log"
            process = start_server(run, descriptor=listener.fileno(), log=log)
            started = cls(run, pid=process.pid, process=process)
            started._undo = interruption.remember(started._end)
        started._wait_until_healthy(process, log)
        if detached:
            started.let_go()
        return started

    @classmethod
    def attach(cls, port: int) -> Self:
        """The server of this user that already runs on *port*.

        Nobody who answers there is believed: the server's folder says who it is.

        :raises LocalAwsError: none of ours runs there.
        """
        return cls._of_run(
            RunFolder.of_port(port),
            what=f"your server on port {port} not found",
            fix=f"Start one with ecs-xray local start --port {port}. If it runs, set "
            "TMPDIR as it was when you started it.",
        )

    @classmethod
    def attach_folder(cls, folder: Path) -> Self:
        """The server of this user whose run's folder this is.

        :raises LocalAwsError: none of ours has it.
        """
        return cls._of_run(
            RunFolder.read(folder),
            what=f"your server of {folder} not found",
            fix="ecs-xray local list shows those that run.",
        )

    @classmethod
    def running(cls) -> Sequence[RunFolder]:
        """The runs of this user's servers, the first started first."""
        return RunFolder.running()

    @classmethod
    def _of_run(cls, run: RunFolder | None, *, what: str, fix: str) -> Self:
        pid = None if run is None else run.pid()
        if run is None or pid is None:
            raise LocalAwsError(Problem(where="AWS emulator", what=what, fix=fix))
        return cls(run, pid=pid, process=None)

    def cdk_environment(
        self, *, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION
    ) -> dict[str, str]:
        """The variables that point the CDK CLI and boto3 here and at no real credentials.

        Lay them over an environment without the variables that ``tells_about_aws`` names.
        """
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": self._run.secret,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            # The CLI caches the account per access key.
            **fixed_variables(os.environ, cdk_home=self._run.path / "cdk"),
        }

    def session(
        self, *, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION
    ) -> boto3.Session:
        """A boto3 session whose every client talks to this server and reads no ambient config."""
        return isolated_session(self.url, account=account, secret=self._run.secret, region=region)

    def client(
        self, service: str, *, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION
    ) -> Any:
        """A boto3 client of one service; typed as Any because the service is a string."""
        make: Any = self.session(account=account, region=region).client
        return make(service)

    def reset(self) -> None:
        """Forget every resource in every account, the CDK bootstrap included."""
        if self._ask("POST", control.RESET_PATH) is None:
            raise LocalAwsError(
                Problem(
                    where="AWS emulator",
                    what=f"port {self.port} must answer a reset",
                    got="no answer",
                    fix="Is the server stopped?",
                )
            )
        shutil.rmtree(self._run.path / "cdk", ignore_errors=True)

    def inert_types(self) -> Sequence[str]:
        """The resource types that were accepted with nothing behind them, the first first."""
        answer = self._ask("GET", control.INERT_PATH)
        return answer["types"] if isinstance(answer, dict) else ()

    def feed(
        self, known: Mapping[str, object], *, account: str, region: str
    ) -> Mapping[str, Any] | None:
        """What X-Ray got after what is ``known``: see ``xray/feed.py``. None without an answer."""
        body = json.dumps(known).encode()
        answer = self._ask("POST", control.FEED_PATH, body, account=account, region=region)
        return answer if isinstance(answer, dict) else None

    def stop(self) -> None:
        """End the server, wait for it, remove its temporary folder. Safe to call twice.

        :raises LocalAwsError: it did not end within the time allowed, even when killed.
        """
        with interruption.held():
            self._end()
            if self._process is not None:
                # Popen would warn that it still runs when nobody has asked it.
                self._process.poll()
                if self._process.stdin is not None:
                    self._process.stdin.close()

    def let_go(self) -> None:
        """Let the server outlive this process."""
        process = self._process
        if process is None or process.stdin is None:
            return
        with interruption.held():
            # One that has just died takes no word; whoever uses it next will say so.
            with suppress(OSError), process.stdin as stdin:
                stdin.write(control.KEEP)
            self._process, self._outlives = None, True
            # Popen would warn that it still runs, which is the point.
            process.returncode = 0
            self._forget_undo()

    def _end(self) -> None:
        """End the process and remove the folder; also what a signal does."""
        if self._stopped:
            return
        self._stopped = True
        # A stranger who has its old process id neither holds the lock in its folder nor is a child
        # that Popen still waits for.
        child = self._process is not None and self._process.returncode is None
        if child or self._run.pid() == self.pid:
            wait_for_exit(self.pid, timeout=STOP_TIMEOUT)
        self._run.remove()
        self._forget_undo()

    def _forget_undo(self) -> None:
        if self._undo is not None:
            interruption.forget(self._undo)

    def plant(self, document: Mapping[str, object], *, account: str, region: str) -> int:
        """Make what a seed names by its ARN; how many of it there were not yet.

        :raises LocalAwsError: when a name is taken.
        """
        body = json.dumps(document).encode()
        answer = self._ask("POST", control.SEED_PATH, body, account=account, region=region)
        if isinstance(answer, dict) and isinstance(answer.get("made"), int):
            return int(answer["made"])
        got = answer["refused"] if isinstance(answer, dict) else "no answer"
        raise LocalAwsError(
            Problem(
                where="seed",
                what="listeners and target groups must be ones that can be made",
                got=str(got),
                fix="Give each load balancer and target group a name of its own.",
            )
        )

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        account: str = DEFAULT_ACCOUNT,
        region: str = DEFAULT_REGION,
    ) -> object:
        return ask_signed(
            self.port,
            method,
            path,
            secret=self._run.secret,
            account=account,
            region=region,
            body=body,
        )

    def _wait_until_healthy(self, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if process.poll() is not None:
                self._fail(f"ended at once with code {process.returncode}", log)
            if control.is_healthy(self.port, timeout=1.0):
                return
            time.sleep(0.02)
        self._fail(f"did not answer within {START_TIMEOUT:.0f} s", log)

    def _fail(self, what: str, log: Path) -> None:
        with suppress(OSError):
            what += ": " + " | ".join(log.read_text(errors="replace").splitlines()[-_LOG_TAIL:])
        self.stop()
        raise LocalAwsError(
            Problem(
                where="AWS emulator",
                what=f"the server on port {self.port} must start",
                got=f"that it {what}",
                fix="Check that the extra 'local' is installed in this Python.",
            )
        )

    def __enter__(self) -> Self:
        """The server itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it, unless it was let go."""
        if not self._outlives:
            self.stop()
