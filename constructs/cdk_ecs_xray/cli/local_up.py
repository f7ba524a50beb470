"""``ecs-xray local up``: an environment on this machine for an app that runs beside it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdk_ecs_xray.cli.atomic_file import write_atomically
from cdk_ecs_xray.cli.local_options import (
    context_of,
    context_option,
    environment_option,
    port_option,
    project_option,
    require_extra,
)
from cdk_ecs_xray.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from cdk_ecs_xray.local.up import Lifted
    from cdk_ecs_xray.page.serving import Page


@click.command()
@environment_option
@context_option
@click.option(
    "--container", help="Container whose environment the app gets, if several are deployed."
)
@click.option("--run", "command", help="The app's command, run in that environment.")
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, readable=False, dir_okay=False),
    help="Write the variables there, for an app that is started by other means.",
)
@click.option(
    "--compose",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the task there as a file of Docker Compose, with its own collector.",
)
@port_option
@project_option
def up(
    *,
    environment: str | None,
    context: Sequence[str],
    container: str | None,
    command: str | None,
    env_file: Path | None,
    compose: Path | None,
    port: int | None,
    folder: Path,
) -> int:
    """Deploy onto an AWS emulator, start a collector, and run an app that is traced there.

    The app gets the environment that its container was deployed with, and the AWS emulator's
    address and keys. A page shows its traces, their map and its log. A change in environments/ or
    sampling/ is deployed again. Ctrl-C ends all.
    """
    require_extra()
    from cdk_ecs_xray.local.up import Wanted, lifted

    _require_one_way(compose=compose, others={"--run": command, "--env-file": env_file})
    wanted = Wanted(
        folder=folder,
        context=context_of(environment, context),
        container=container,
        port=port,
        command=_words(command),
        compose=compose is not None,
    )
    with lifted(wanted) as running, _page_of(running) as page:
        click.echo(f"      page: {page.url}")
        if env_file is not None:
            write_atomically(env_file, _env_file(running.variables).encode())
            click.echo(f"      variables: {env_file}")
        if compose is not None:
            write_atomically(compose, running.compose_file().encode())
            where = shlex.quote(str(compose))
            click.echo(f"Start it with: docker compose --file {where} up. Ctrl-C ends all of it.")
        elif not wanted.command:
            where = "the variables below" if env_file is None else str(env_file)
            click.echo(f"Start your app with {where}. Ctrl-C ends all of it.\n")
            if env_file is None:
                click.echo(_exports(running.variables))
        return running.run()


def _page_of(running: Lifted) -> Page:
    """Return the served page of what runs: its traces, and the app's log group."""
    from cdk_ecs_xray.page.local_account import local_account
    from cdk_ecs_xray.page.serving import Page

    return Page(
        local_account(
            running.aws,
            account=running.target.account,
            region=running.target.region,
            name=running.app.name,
            log_groups=[] if running.app.log_group is None else [running.app.log_group],
            variables=running.app.environment,
            collector=running.relay,
        )
    )


def _require_one_way(*, compose: Path | None, others: Mapping[str, object]) -> None:
    """Refuse options of an app on this machine beside those of one in Docker."""
    given = [name for name, value in others.items() if value is not None]
    if compose is not None and given:
        raise ConfigurationError(
            *(
                Problem(what=f"--compose and {name} cannot be combined", fix="Keep one.")
                for name in given
            )
        )


def _words(command: str | None) -> Sequence[str]:
    if command is None:
        return ()
    try:
        words = shlex.split(command)
    except ValueError as error:
        words, problem = [], str(error)
    else:
        problem = ""
    if not words:
        raise ConfigurationError(
            Problem(
                what="--run must be a command",
                got=f"'{command}'" + (f" ({problem})" if problem else ""),
                fix="Such as --run 'gunicorn app:app'.",
            )
        )
    return words


def _env_file(variables: Mapping[str, str]) -> str:
    """Return lines as ``docker run --env-file`` reads them, which knows no quotes.

    :raises ConfigurationError: for a value with a line's end, which such a file cannot hold.
    """
    wrong = [name for name, value in variables.items() if "\n" in value or "\r" in value]
    if wrong:
        raise ConfigurationError(
            *(
                Problem(
                    where="--env-file",
                    what=f"the value of {name} must be one line",
                    fix="Use --run instead.",
                )
                for name in wrong
            )
        )
    return "".join(f"{name}={value}\n" for name, value in variables.items())


def _exports(variables: Mapping[str, str]) -> str:
    return "\n".join(f"  export {name}={shlex.quote(value)}" for name, value in variables.items())
