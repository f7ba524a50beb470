"""`ecs-xray` as a process of its own without the start of one: a server imports it once and forks.

A start takes half a second of the processor, which a test of two hundred commands has no use for.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A command that has ended.

    :param code: as `subprocess` has it: a signal that ended it is negative.
    """

    code: int
    said: str


@dataclass(frozen=True, kw_only=True)
class ForkedCommand:
    """The command line, a child for each call."""

    server: subprocess.Popen[str]

    def __call__(
        self, *arguments: str, folder: Path, output: Path, limits: Mapping[int, int], seconds: int
    ) -> Ended:
        """Run it in a folder.

        :param output: the file that takes both of its streams.
        :param limits: of the system, by their numbers in `resource`, such as ``RLIMIT_CPU``.
        :param seconds: of the wall clock, after which a signal ends it.
        """
        asked = {
            "arguments": list(arguments),
            "folder": str(folder),
            "output": str(output),
            "limits": list(limits.items()),
            "seconds": seconds,
        }
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(json.dumps(asked) + "\n")
        self.server.stdin.flush()
        code = int(self.server.stdout.readline())
        return Ended(code=code, said=output.read_text(encoding="utf-8"))


@contextmanager
def forked_command(*modules: str) -> Iterator[ForkedCommand]:
    """Start the server.

    :param modules: what the commands import beside the command line itself.
    """
    with subprocess.Popen(
        [sys.executable, __file__, *modules],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        yield ForkedCommand(server=server)


def _serve(modules: Sequence[str]) -> None:
    import importlib

    for module in ("cdk_ecs_xray.cli.commands", *modules):
        importlib.import_module(module)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - to the test


def _run(asked: Mapping[str, Any]) -> None:
    """Be the command. A new process has used no time of the processor yet."""
    from cdk_ecs_xray.cli import main

    output = os.open(asked["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(asked["folder"])
    signal.alarm(asked["seconds"])
    for kind, limit in asked["limits"]:
        resource.setrlimit(kind, (limit, limit))
    sys.argv = ["ecs-xray", *asked["arguments"]]
    main()


if __name__ == "__main__":
    _serve(sys.argv[1:])
