"""The server as an operating-system process: its socket, its command line, its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from cdk_ecs_xray.errors import LocalAwsError, Problem
from cdk_ecs_xray.local.control import HOST


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
                where="embedded AWS",
                what=f"port must be a free one on {HOST}",
                got=f"{port} ({error})",
                fix="Choose another, or leave it out to get a free one.",
            )
        ) from error
    return listener


def server_command(*, descriptor: int, lock: int, home: Path) -> list[str]:
    """The command line of the server process; no secret in it, as everybody may read it."""
    return [
        sys.executable,
        "-m",
        "cdk_ecs_xray.local.server",
        f"--descriptor={descriptor}",
        f"--lock={lock}",
        f"--home={home}",
    ]


def server_environment() -> dict[str, str]:
    """Only what a Python process needs: the caller's AWS settings are none of the server's."""
    kept = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    # The virtual environment's own node comes before whatever the machine has.
    here = str(Path(sys.executable).parent)
    environment["PATH"] = os.pathsep.join(filter(None, (here, environment.get("PATH"))))
    return environment


def wait_for_exit(pid: int, *, process: subprocess.Popen[bytes] | None, timeout: float) -> None:
    """Ask the process to end and wait; kill it when it doesn't.

    :raises LocalAwsError: still running after being killed.
    """
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        if not _signal(pid, process, signal_number) or _ended(pid, process, timeout):
            return
    raise LocalAwsError(
        Problem(
            where="embedded AWS",
            what=f"process {pid} should have ended",
            got="no end",
            fix="End it by hand.",
        )
    )


def _signal(
    pid: int, process: subprocess.Popen[bytes] | None, signal_number: signal.Signals
) -> bool:
    if process is not None:
        # Popen knows whether the id still is this process; os.kill would not.
        process.send_signal(signal_number)
        return process.poll() is None
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        return False
    return True


def _ended(pid: int, process: subprocess.Popen[bytes] | None, timeout: float) -> bool:
    if process is not None:
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not is_running(pid):
            return True
        time.sleep(0.02)
    return False


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
