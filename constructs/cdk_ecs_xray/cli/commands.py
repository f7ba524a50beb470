"""The commands by name. Each module imports what it needs when it runs, so that all start fast."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise

import click

from cdk_ecs_xray.cli.adopt import adopt
from cdk_ecs_xray.cli.completion import completion
from cdk_ecs_xray.cli.docs import docs
from cdk_ecs_xray.cli.environments import environments
from cdk_ecs_xray.cli.guard import FAILED, INTERRUPTED, UNUSABLE_INPUT
from cdk_ecs_xray.cli.init import init
from cdk_ecs_xray.cli.inject import inject
from cdk_ecs_xray.cli.local import local
from cdk_ecs_xray.cli.review import review
from cdk_ecs_xray.cli.rules import rules
from cdk_ecs_xray.cli.schema import schema
from cdk_ecs_xray.cli.traces import traces
from cdk_ecs_xray.cli.verify import verify
from cdk_ecs_xray.errors import AwsAnswerError, EcsXRayError, LocalAwsError, Problem
from cdk_ecs_xray.files.text_file import unusable
from cdk_ecs_xray.printable import json_text, printable


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 success, 1 a failed operation or findings, 2 unusable input, 130 Ctrl-C.",
)
@click.option("--debug", is_flag=True, help="Show a traceback where something unexpected fails.")
@click.version_option(package_name="cdk-ecs-xray", prog_name="ecs-xray")
def commands(debug: bool) -> None:
    """Give an ECS service working X-Ray tracing."""


commands.add_command(adopt)
commands.add_command(completion)
commands.add_command(docs)
commands.add_command(environments)
commands.add_command(init)
commands.add_command(inject)
commands.add_command(local)
commands.add_command(review)
commands.add_command(rules)
commands.add_command(schema)
commands.add_command(traces)
commands.add_command(verify)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; a known error is a line, not a traceback."""
    try:
        result = commands.main(list(arguments), prog_name="ecs-xray", standalone_mode=False)
    except EcsXRayError as error:
        _tell(error.problems, arguments)
        return FAILED if isinstance(error, AwsAnswerError | LocalAwsError) else UNUSABLE_INPUT
    except click.ClickException as error:
        _show(error)
        return UNUSABLE_INPUT
    except click.Abort:
        click.echo("ecs-xray: interrupted", err=True)
        return INTERRUPTED
    except (OSError, RuntimeError) as error:  # Behind Abort, which is one of them.
        problem = unusable(error)
        if problem is None:
            raise
        _tell([problem], arguments)
        return UNUSABLE_INPUT
    return result if isinstance(result, int) else 0


def _tell(problems: Sequence[Problem], arguments: Sequence[str]) -> None:
    if _wants_json(arguments):
        click.echo(json_text({"problems": [problem.as_document() for problem in problems]}))
    for problem in problems:
        click.echo(f"ecs-xray: {printable(str(problem))}", err=True)


def _show(error: click.ClickException) -> None:
    """Print what click says, which repeats what was typed, without what a terminal would obey."""
    said = io.StringIO()
    error.show(said)
    for line in said.getvalue().splitlines():
        click.echo(printable(line.expandtabs(4)), err=True)


def _wants_json(arguments: Sequence[str]) -> bool:
    """Return whether a program reads the answer; a failed command has no context to ask."""
    return "--format=json" in arguments or any(
        pair == ("--format", "json") for pair in pairwise(arguments)
    )
