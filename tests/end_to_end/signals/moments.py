"""A signal at any moment leaves no server, no program, no folder: all of it, or nothing.

A file for each command, so that several processes share the work. Moments are drawn at random from
a seed that a failure names; ``ECS_XRAY_SIGNALS`` says how many each command gets. The cdk command
line is stood in for, so that a deployment takes a second.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

MOMENTS = int(os.environ.get("ECS_XRAY_SIGNALS", "26"))
SEED = int(os.environ.get("ECS_XRAY_SIGNALS_SEED", str(random.randrange(2**32))))  # noqa: S311
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Only what hangs takes this long, however busy the machine is.
DEADLINE = 300.0
# The command line with another cdk, which leaves a helper running as the real one does.
# It tells when it begins: before that a signal meets Python's own start, which nobody here wrote.
MAIN = """
import os, sys
begun = int(sys.argv.pop(1))
os.write(begun, b".")
os.close(begun)
from cdk_ecs_xray.local import cdk_project
cdk = sys.argv.pop(1)
cdk_project._find_cdk = lambda: cdk
from cdk_ecs_xray.cli import main
main()
"""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command, and how to tell that it has done all of its work."""

    arguments: Sequence[str]
    done: Callable[[str], bool]


def kept_port(text: str) -> int | None:
    found = re.search(r"ecs-xray local stop (\d+)\n", text)
    return None if found is None else int(found[1])


def start(command: Command, project: Path, temporary: Path) -> subprocess.Popen[str]:
    """Start a command; return when Python has started and the command begins."""
    temporary.mkdir()
    # Not measured: what saves the measurement when a process leaves by os._exit takes locks, which
    # the code that the signal interrupts may hold.
    kept = {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE_")}
    environment = {**kept, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, str(writer), str(project / "cdk"), *command.arguments],
        pass_fds=(writer,),
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    os.close(writer)
    assert os.read(reader, 1) == b"."
    os.close(reader)
    return process


def left_over(temporary: Path) -> Mapping[str, object]:
    """Folders, and processes that have to do with them; waits for those that are just ending."""
    deadline = time.monotonic() + DEADLINE
    while True:
        found: dict[str, object] = {
            "folders": sorted(path.name for path in temporary.iterdir()),
            "processes": processes_of(temporary),
        }
        if not any(found.values()) or time.monotonic() > deadline:
            return {name: value for name, value in found.items() if value}
        time.sleep(0.02)


def processes_of(folder: Path) -> list[str]:
    """What was started with the folder in its environment, its working directory or its words."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            told += os.fsencode((process / "cwd").readlink())
            if os.fsencode(folder) in told:
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def stop_kept(text: str, project: Path, temporary: Path) -> None:
    port = kept_port(text)
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "ecs-xray"), "local", "stop", str(port)],
        cwd=project,
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def interrupted(
    command: Command, project: Path, temporary: Path, after: float, number: signal.Signals
) -> str:
    """Send a signal; what is wrong afterward, or nothing."""
    process = start(command, project, temporary)
    time.sleep(after)
    process.send_signal(number)
    text, _ = process.communicate(timeout=DEADLINE)
    whole = command.done(text)
    if not whole and process.returncode not in (128 + number, -number):
        return f"ended with {process.returncode}: {text}"
    if whole and kept_port(text) is not None:
        stop_kept(text, project, temporary)
    left = left_over(temporary)
    return f"left {left} after: {text}" if left else ""


def seconds_of(command: Command, project: Path, temporary: Path) -> float:
    """Let a command do all of its work; return how long it takes."""
    begun = time.monotonic()
    text, _ = start(command, project, temporary).communicate(timeout=DEADLINE)
    took = time.monotonic() - begun
    assert command.done(text), text
    if kept_port(text) is not None:
        stop_kept(text, project, temporary)
    assert left_over(temporary) == {}
    return took


def wrong_after_signals(command: Command, project: Path, folder: Path) -> list[str]:
    """Send a command signals at random moments; return what is wrong afterward."""
    generator = random.Random(f"{SEED} {command.arguments}")  # noqa: S311 - moments, no secrets
    longest = seconds_of(command, project, folder / "whole") * 1.1
    moments = [(generator.uniform(0.0, longest), generator.choice(SIGNALS)) for _ in range(MOMENTS)]

    def at(index: int) -> str:
        after, number = moments[index]
        temporary = folder / f"moment-{index}-"
        wrong = interrupted(command, project, temporary, after, number)
        return wrong and f"seed {SEED}, {number.name} after {after:.3f} s: {wrong}"

    with ThreadPoolExecutor(max_workers=2) as pool:
        return [text for text in pool.map(at, range(MOMENTS)) if text]
