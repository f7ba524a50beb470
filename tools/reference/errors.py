"""The errors and exit codes, from the classes and the command line."""

from __future__ import annotations

import inspect

import cdk_ecs_xray
from cdk_ecs_xray.cli.guard import FAILED, INTERRUPTED, UNUSABLE_INPUT
from tools.reference.table import cell, table

_CODES = {
    0: "it worked, and nothing was found that the command was asked to fail on",
    FAILED: "an operation failed, or something was found",
    UNUSABLE_INPUT: "the input or the command line cannot be used; nothing was written",
    INTERRUPTED: "you pressed Ctrl-C",
}


def errors() -> str:
    """Return a table of the public error classes, the base first."""
    found = [
        one
        for name in cdk_ecs_xray.__all__
        if inspect.isclass(one := getattr(cdk_ecs_xray, name)) and issubclass(one, Exception)
    ]
    rows = [
        (
            f"`{one.__name__}`",
            f"`{one.__bases__[0].__name__}`",
            cell((one.__doc__ or "").split("\n\n")[0]),
        )
        for one in sorted(found, key=lambda one: (len(one.__mro__), one.__name__))
    ]
    return "\n".join(table(("error", "kind of", "raised for"), rows))


def exit_codes() -> str:
    """Return the table of exit codes."""
    return "\n".join(table(("exit code", ""), [(f"{code}", text) for code, text in _CODES.items()]))
