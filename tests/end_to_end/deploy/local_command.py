"""`ecs-xray local …` as a program, and what it says of the server it starts."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = Path(sys.prefix) / "bin" / "ecs-xray"
SERVER = re.compile(r"http://127\.0\.0\.1:(?P<port>\d+), process (?P<pid>\d+)")
DEADLINE = 120.0


def run_local(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end, with both of its streams in one."""
    return subprocess.run(
        [str(COMMAND), "local", *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )


@contextmanager
def stopped_in_the_end(text: str, folder: Path, **variables: str) -> Iterator[int]:
    """The port of a server that was kept, which is stopped whatever the test finds.

    :param variables: with which it was started: it is found in its ``TMPDIR`` alone.
    """
    port, _ = server_of(text)
    try:
        yield port
    finally:
        stopped = run_local("stop", str(port), folder=folder, **variables)
    assert stopped.returncode == 0, stopped.stdout


def alive(pid: int) -> bool:
    """Whether a process has not ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended; only its parent, gone too, has not asked yet.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def answers(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def gone(port: int, pid: int) -> bool:
    """Whether a server ends in time."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if not alive(pid) and not answers(port):
            return True
        time.sleep(0.05)
    return False


def server_of(text: str) -> tuple[int, int]:
    """The port and process that a command has printed."""
    found = SERVER.search(text)
    assert found is not None, text
    return int(found["port"]), int(found["pid"])
