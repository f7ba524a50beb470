"""The one place where whatever goes wrong becomes a line and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.printable import printable, printable_lines

FAILED = 1
UNUSABLE_INPUT = 2
INTERRUPTED = 130  # What shells report for a program ended by Ctrl-C.
_DEBUG = "--debug"


def guarded(run: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Return the exit code of a command line that may do anything but print a traceback.

    :param run: takes the arguments without ``--debug``.
    """
    debug = _DEBUG in arguments
    try:
        _require_output()
        code = run([argument for argument in arguments if argument != _DEBUG])
        sys.stdout.flush()
    except KeyboardInterrupt:
        _say("interrupted")
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has seen enough, as head has; there is nobody to tell.
        code = FAILED
    except OSError as failed:
        code = _not_written(failed, debug=debug)
    except Exception as unexpected:
        code = _unexpected(unexpected, debug=debug)
    _leave_output()
    return code


def _require_output() -> None:
    """Let characters that an encoding lacks be spelled out, and have somewhere to write to."""
    if sys.stdout is None:
        # Python has no stream for a descriptor that was closed before it started.
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and "utf" not in stream.encoding.lower():
            reconfigure(errors="backslashreplace")


def _not_written(failed: OSError, *, debug: bool) -> int:
    if failed.filename is not None or failed.errno not in (errno.EBADF, errno.ENOSPC, errno.EIO):
        return _unexpected(failed, debug=debug)
    problem = Problem(
        what="standard output must be writable",
        got=f"'{failed.strerror}'",
        fix="Send it elsewhere, or write to a file with -o.",
    )
    _say(str(problem))
    return FAILED


def _unexpected(error: Exception, *, debug: bool) -> int:
    if debug:
        _write(printable_lines("".join(traceback.format_exception(error))))
    said = " ".join(str(error).split())[:200]
    hint = "Report it with what is above." if debug else "Add --debug to see where, and report it."
    _say(f"unexpected {type(error).__name__}{f': {said}' if said else ''}. {hint}")
    return FAILED


def _say(text: str) -> None:
    _write(f"ecs-xray: {printable(text)}\n")


def _write(text: str) -> None:
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        # Nobody can read it either.
        return


def _leave_output() -> None:
    """Keep Python from flushing once more at its end what could not be written."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
