"""What a signal must undo before the process ends: servers, programs, folders.

An exception raised by a handler can be lost, or hit between making a thing and remembering it. So
here the handler itself undoes what is remembered and ends the process, and whoever makes a thing
holds signals back until it is remembered.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PREFIX = "ecs-xray-"
Step = Callable[[], object]


class _State:
    """Of this process; only the main thread handles signals and touches it."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.held = 0
        self.waiting: int | None = None


_state = _State()


@contextmanager
def undo_on_signals() -> Iterator[None]:
    """Let SIGINT, SIGTERM and SIGHUP undo what is remembered and end the process.

    One that the process was started to ignore, as under nohup, stays ignored.
    """
    before = {number: signal.getsignal(number) for number in ENDING}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def remember(step: Step) -> Step:
    """Let a signal run *step*, the newest first. Returns it, for :func:`forget`."""
    _state.steps.append(step)
    return step


def forget(step: Step) -> None:
    """There is nothing left for *step* to undo."""
    with suppress(ValueError):
        _state.steps.remove(step)


@contextmanager
def held() -> Iterator[None]:
    """Hold signals back: what is done inside is done whole, or not begun."""
    _state.held += 1
    try:
        yield
    finally:
        _state.held -= 1
        if _state.held == 0 and _state.waiting is not None:
            _end(_state.waiting)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A temporary folder that is gone in the end, whatever the end is."""
    with held():
        path = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        step = remember(lambda: _remove(path))
    try:
        yield path
    finally:
        with held():
            _remove(path)
            forget(step)


@contextmanager
def scratch_for_all() -> Iterator[None]:
    """Let every temporary file of this process be made in one scratch folder."""
    with scratch_folder() as path:
        before, tempfile.tempdir = tempfile.tempdir, str(path)
        try:
            yield
        finally:
            tempfile.tempdir = before


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def _on_signal(number: int, _frame: FrameType | None) -> None:
    if _state.held > 0:
        _state.waiting = number
    else:
        _end(number)


def _end(number: int) -> NoReturn:
    # A second signal would interrupt the undoing.
    _state.held += 1
    for step in reversed(_state.steps):
        with suppress(Exception):
            step()
    with suppress(OSError):
        os.write(2, b"\necs-xray: interrupted; everything it started is stopped\n")
    # Not by an exception, which somebody could catch, and without waiting for threads.
    os._exit(128 + number)
