"""The commands of ``ecs-xray`` with their arguments, options and defaults."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from cdk_ecs_xray.cli.commands import commands as root
from tools.reference.table import cell, table

_KEEPS_LINES = "\b"


def commands() -> str:
    """Return a section for each command, groups before what is in them."""
    return "\n".join(
        _section(context) for context in _all(click.Context(root, info_name="ecs-xray"))
    )


def _all(context: click.Context) -> Iterator[click.Context]:
    yield context
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None and not found.hidden:
                yield from _all(click.Context(found, info_name=name, parent=context))


def _section(context: click.Context) -> str:
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    records = [
        (parameter.get_help_record(context), parameter)
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option)
    ]
    rows = [
        (f"`{_declared(record[0])}`", cell(record[1]))
        for record, parameter in records
        if record is not None and "--help" not in parameter.opts
    ]
    return "\n".join(
        [
            f"## {context.command_path}",
            "",
            _prose(command.help),
            "",
            "```text",
            usage,
            "```",
            "",
            *(table(("option", ""), rows) if rows else ()),
            *_epilog(command.epilog),
        ]
    )


def _declared(options: str) -> str:
    # A bar would end the cell, also inside of code.
    return options.replace("|", "\\|")


def _prose(text: str | None) -> str:
    """Return a help text without click's mark for lines that keep their breaks."""
    parts = inspect.cleandoc(text or "").split("\n\n")
    return "\n\n".join(_part(part) for part in parts)


def _part(part: str) -> str:
    if part.startswith(_KEEPS_LINES):
        kept = inspect.cleandoc(part.removeprefix(_KEEPS_LINES).strip("\n"))
        return f"```text\n{kept}\n```"
    return " ".join(part.split())


def _epilog(text: str | None) -> Iterator[str]:
    if text:
        yield _prose(text)
        yield ""
