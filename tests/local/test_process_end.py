"""Ending a process, the willing and the unwilling, by its id."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local import process
from cdk_ecs_xray.local.process import is_running, listening_socket, wait_for_exit

Start = Callable[[str], "subprocess.Popen[bytes]"]
# Not by print: the signal may come while the first line is still being written.
WILLING = "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'asked\\n'), exit()));"
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN);"


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a program that waits, and see to its end."""
    started: list[subprocess.Popen[bytes]] = []

    def run(first: str) -> subprocess.Popen[bytes]:
        code = f"import os, signal; {first} print(flush=True); signal.pause()"
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        started.append(child)
        assert child.stdout is not None
        child.stdout.readline()
        return child

    yield run
    for child in started:
        child.kill()
        child.communicate()


@pytest.mark.parametrize("first", [WILLING, DEAF], ids=["willing", "deaf"])
def test_a_process_is_asked_and_then_made_to_end(start: Start, first: str) -> None:
    child = start(first)
    assert is_running(child.pid)
    # The deaf one uses all of its time; on a busy machine the other may need some.
    wait_for_exit(child.pid, timeout=30 if first == WILLING else 0.5)
    assert not is_running(child.pid)
    assert child.stdout is not None
    assert child.stdout.read() == (b"asked\n" if first == WILLING else b"")
    wait_for_exit(child.pid, timeout=0.5)


def test_a_process_that_cannot_be_ended_is_named(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = start(DEAF)
    monkeypatch.setattr(process, "_signal", lambda *_: True)
    with pytest.raises(LocalAwsError, match=rf"process {child.pid} should have ended"):
        wait_for_exit(child.pid, timeout=0.01)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(LocalAwsError, match=f"got {port}"):
        listening_socket(port)
