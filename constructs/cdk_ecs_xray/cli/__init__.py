"""The command ``ecs-xray``: thin commands over the package. Needs the ``cli`` extra."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cdk_ecs_xray.cli.guard import FAILED, guarded
from cdk_ecs_xray.errors import Problem


def main() -> None:
    """Run the command line and end the process with its exit code.

    0 is success, 1 a failed operation or findings, 2 input that cannot be used, 130 Ctrl-C.
    """
    sys.exit(guarded(_run, sys.argv[1:]))


def _run(arguments: Sequence[str]) -> int:
    try:
        import click  # noqa: F401 - distinguishes a missing extra from a broken install
    except ImportError:
        print(
            Problem(
                where="ecs-xray",
                what="the extra 'cli' is required",
                fix="Run pip install 'cdk-ecs-xray[cli]'.",
            ),
            file=sys.stderr,
        )
        return FAILED
    from cdk_ecs_xray.cli.commands import run

    return run(arguments)
