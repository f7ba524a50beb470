"""The server as an operating-system process: its socket, its command line, its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from cdk_ecs_xray.errors import LocalAwsError, Problem
from cdk_ecs_xray.local import interruption
from cdk_ecs_xray.local.control import HOST
from cdk_ecs_xray.local.run_folder import RunFolder

_LOOK_EVERY = 0.2


def listening_socket(port: int | None) -> socket.socket:
    """A socket that already listens on loopback, for the server to inherit.

    Bound here and not in the server, so that no one can take the port in between.

    :raises LocalAwsError: the port is in use, not allowed or no port.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port or 0))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise LocalAwsError(
            Problem(
                where="AWS emulator",
                what=f"port must be a free one on {HOST}",
                got=f"{port} ({error})",
                fix="Choose another, or leave it out to get a free one.",
            )
        ) from error
    return listener


def start_server(run: RunFolder, *, descriptor: int, log: Path) -> subprocess.Popen[bytes]:
    """Start the server's process; no folder is left when that fails.

    :param descriptor: the socket that it inherits.
    :raises LocalAwsError: the log cannot be written, or no process started.
    """
    what = "log_file must be writable"
    try:
        with log.open("wb") as output:
            what = "a process must start for the server, with its log in a file"
            return _spawn(run, descriptor, output)
    except OSError as error:
        run.remove()
        raise LocalAwsError(
            Problem(
                where="AWS emulator",
                what=what,
                got=f"{log} ({error.strerror})",
                fix="Choose a file in a folder that exists, and check the limits of your user.",
            )
        ) from error
    finally:
        run.let_go_of_lock()


def _spawn(run: RunFolder, descriptor: int, output: IO[bytes]) -> subprocess.Popen[bytes]:
    # No secret in the command line, as everybody may read that.
    program = [sys.executable, "-m", "cdk_ecs_xray.local.server"]
    options = [f"--descriptor={descriptor}", f"--lock={run.lock}", f"--home={run.path}"]
    return subprocess.Popen(
        [*program, *options],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=server_environment(),
        cwd=run.path,
        pass_fds=[inherited for inherited in (descriptor, run.lock) if inherited is not None],
        start_new_session=True,
    )


def server_environment() -> dict[str, str]:
    """Only what a Python process needs: the caller's AWS settings are none of the server's."""
    kept = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    # The virtual environment's own node comes before whatever the machine has.
    here = str(Path(sys.executable).parent)
    environment["PATH"] = os.pathsep.join(filter(None, (here, environment.get("PATH"))))
    return environment


def wait_for_exit(pid: int, *, timeout: float) -> None:
    """Ask the process to end and wait; kill it when it doesn't.

    By its id alone, without the locks of Popen: a signal's handler may be who asks.

    :raises LocalAwsError: still running after being killed.
    """
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        if not _signal(pid, signal_number) or _ended(pid, timeout):
            return
    raise LocalAwsError(
        Problem(
            where="AWS emulator",
            what=f"process {pid} should have ended",
            got="no end",
            fix="End it by hand.",
        )
    )


def _signal(pid: int, signal_number: signal.Signals) -> bool:
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        return False
    return True


def _ended(pid: int, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not is_running(pid):
            return True
        time.sleep(0.02)
    return False


def run_to_end(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    meanwhile: Callable[[], None] | None = None,
) -> int:
    """Run a program and return its exit code.

    A signal ends it with all that it has started: it has a process group of its own.

    :param log: where everything that it prints goes.
    :param meanwhile: called several times a second while it runs.
    """
    with interruption.held(), log.open("wb") as output:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        step = interruption.remember(lambda: _kill_group(child))
    try:
        _wait(child, meanwhile)
    finally:
        with interruption.held():
            _kill_group(child)
            child.wait()
            interruption.forget(step)
    return child.returncode


def _wait(child: subprocess.Popen[bytes], meanwhile: Callable[[], None] | None) -> None:
    if meanwhile is None:
        child.wait()
        return
    while True:
        try:
            child.wait(timeout=_LOOK_EVERY)
        except subprocess.TimeoutExpired:
            meanwhile()
        else:
            return


def _kill_group(leader: subprocess.Popen[bytes]) -> None:
    """End a program and its helpers at once; what they would tidy up lies in folders of ours."""
    # Once it has been waited for, its id may be somebody else's.
    if leader.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader.pid, signal.SIGKILL)


def is_running(pid: int) -> bool:
    """Whether there is such a process; one of our own that has ended is reaped."""
    try:
        # Reaps it when it is a child of this process: started here, attached to later.
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
