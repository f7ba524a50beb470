"""Each ecs-xray command that a page shows is one that the program takes, options and values too."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import click
import pytest

from cdk_ecs_xray.cli.commands import commands

# Where a shell's command ends and another one begins.
_ENDS = frozenset({"|", "||", "&&", ";", ">", "2>", ">>", "<", "&"})


def commands_in(lines: Sequence[str], language: str) -> Iterator[str]:
    """Yield the ecs-xray commands of a block, continued lines joined."""
    whole = ""
    for line in lines:
        begun = line
        if language == "console" and not whole:
            if not line.startswith("$ "):
                continue
            begun = line.removeprefix("$ ")
        whole += begun.strip()
        if whole.endswith("\\"):
            whole = whole[:-1]
            continue
        if "ecs-xray " in whole:
            yield whole[whole.index("ecs-xray ") :]
        whole = ""


def taken(command: str) -> None:
    """Have the program parse a command, without running it.

    :raises click.UsageError: for what it would refuse.
    """
    words = shlex.split(command, comments=True)[1:]
    end = next((place for place, word in enumerate(words) if word in _ENDS), len(words))
    parsed: click.Command
    name, parsed, rest = "ecs-xray", commands, words[:end]
    while isinstance(parsed, click.Group):
        if not rest or rest[0].startswith("-"):
            parsed.make_context(name, rest, resilient_parsing=True)
            return
        with click.Context(parsed) as context:
            found, inner, rest = parsed.resolve_command(context, rest)
        assert found is not None
        assert inner is not None
        name, parsed = found, inner
    parsed.make_context(name, rest)


def test_every_command_of_every_page_is_taken(snippets: Sequence[Any]) -> None:
    tried, refused = 0, []
    for snippet in snippets:
        if snippet.language not in ("sh", "console"):
            continue
        for command in commands_in(snippet.lines, snippet.language):
            tried += 1
            try:
                taken(command)
            except click.UsageError as error:
                refused.append(f"{snippet.page}: {command}: {error.format_message()}")
    assert refused == []
    assert tried > 50


@pytest.mark.parametrize(
    "command",
    ["ecs-xray nothing", "ecs-xray review --fail-on never", "ecs-xray verify --unknown"],
)
def test_a_command_that_does_not_exist_is_refused(command: str) -> None:
    with pytest.raises(click.UsageError):
        taken(command)
