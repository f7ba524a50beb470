"""What a signal undoes, in which order, and what it waits for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cdk_ecs_xray.local.interruption import (
    ENDING,
    forget,
    remember,
    scratch_for_all,
    undo_on_signals,
)

HEAD = """
import os, signal
from cdk_ecs_xray.local.interruption import *
def say(text): return lambda: os.write(1, text.encode())
me = os.getpid()
"""


def run(body: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", HEAD + body], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("number", ENDING)
def test_the_newest_is_undone_first_and_the_rest_is_not_run(number: signal.Signals) -> None:
    done = run(
        "with undo_on_signals():\n"
        "    remember(say('first.')); gone = remember(say('gone.')); remember(say('last.'))\n"
        f"    forget(gone); os.kill(me, {number:d}); say('never.')()\n"
    )
    assert done.stdout == "last.first."
    assert done.returncode == 128 + number
    assert done.stderr == "\necs-xray: interrupted; everything it started is stopped\n"


def test_a_step_that_fails_does_not_keep_the_others() -> None:
    done = run(
        "with undo_on_signals():\n"
        "    remember(say('other.')); remember(lambda: 1 / 0); os.kill(me, signal.SIGTERM)\n"
    )
    assert done.stdout == "other."
    assert "Traceback" not in done.stderr


def test_what_is_held_is_done_whole() -> None:
    done = run(
        "with undo_on_signals(), held():\n"
        "    os.kill(me, signal.SIGTERM)\n"
        "    with held(): say('made.')()\n"
        "    remember(say('undone.')); say('remembered.')()\n"
    )
    assert done.stdout == "made.remembered.undone."


def test_a_second_signal_does_not_interrupt_the_undoing() -> None:
    done = run(
        "with undo_on_signals():\n"
        "    remember(say('whole.')); remember(lambda: os.kill(me, signal.SIGINT))\n"
        "    os.kill(me, signal.SIGTERM)\n"
    )
    assert (done.stdout, done.returncode) == ("whole.", 128 + signal.SIGTERM)


def test_what_nohup_ignores_stays_ignored() -> None:
    done = run(
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with undo_on_signals():\n"
        "    os.kill(me, signal.SIGHUP); say('alive.')()\n"
    )
    assert (done.stdout, done.returncode) == ("alive.", 0)


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    with undo_on_signals():
        assert [signal.getsignal(number) for number in ENDING] != before
    assert [signal.getsignal(number) for number in ENDING] == before


def test_a_scratch_folder_takes_every_temporary_file_and_is_gone_in_the_end() -> None:
    before = tempfile.gettempdir()
    with scratch_for_all():
        folder = Path(tempfile.gettempdir())
        made = Path(tempfile.mkdtemp())
        assert made.parent == folder
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
    assert tempfile.gettempdir() == before


def test_forgetting_twice_is_no_mistake() -> None:
    step = remember(os.getpid)
    forget(step)
    forget(step)
