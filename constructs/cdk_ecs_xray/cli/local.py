"""``ecs-xray local``: the AWS emulator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from cdk_ecs_xray.cli.local_options import (
    context_of,
    context_option,
    environment_option,
    port_option,
    project_option,
    require_extra,
    server_at,
)
from cdk_ecs_xray.cli.local_up import up
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.printable import json_text


@click.group()
def local() -> None:
    """Try a deployment on an AWS emulator on this machine. Needs the extra 'local'."""


@local.command()
@environment_option
@context_option
@click.option("--keep", is_flag=True, help="Leave the AWS emulator running, even on a failure.")
@port_option
@click.option(
    "--to", help="Deploy onto a running AWS emulator: its port, URL or folder. It keeps running."
)
@click.option(
    "--seed",
    "seeds",
    type=click.Path(path_type=Path, readable=False, dir_okay=False),
    multiple=True,
    help="Create what this file lists first. Repeatable.",
)
@project_option
@click.option(
    "--reference",
    "reference",
    type=click.Path(path_type=Path, readable=False, file_okay=False, exists=True),
    help="Compare each service that claims it with the reference setup in this folder.",
)
def deploy(
    *,
    environment: str | None,
    context: Sequence[str],
    keep: bool,
    port: int | None,
    to: str | None,
    seeds: Sequence[Path],
    folder: Path,
    reference: Path | None,
) -> int:
    """Deploy a CDK app with the real cdk onto an AWS emulator and show the result."""
    require_extra()
    from cdk_ecs_xray.local.seed import Seed
    from cdk_ecs_xray.local.trial import Trial, run_trial

    if to is not None and (keep or port is not None):
        other = "--keep" if keep else "--port"
        raise ConfigurationError(
            Problem(what=f"--to and {other} cannot be combined", fix="Keep one.")
        )
    return run_trial(
        Trial(
            folder=folder,
            context=context_of(environment, context),
            keep=keep,
            port=port,
            reference=reference,
            to=None if to is None else server_at(to),
            seeds=[Seed.from_file(path) for path in seeds],
        )
    )


@local.command()
@port_option
@click.option(
    "--seed",
    "seeds",
    type=click.Path(path_type=Path, readable=False, dir_okay=False),
    multiple=True,
    help="Create what this file lists. Repeatable.",
)
def start(port: int | None, seeds: Sequence[Path]) -> None:
    """Start an AWS emulator and leave it running."""
    require_extra()
    from cdk_ecs_xray.local import EmbeddedAws
    from cdk_ecs_xray.local.interruption import undo_on_signals
    from cdk_ecs_xray.local.seed import Seed
    from cdk_ecs_xray.local.trial import keep_running

    planted = [Seed.from_file(path) for path in seeds]
    with undo_on_signals(), EmbeddedAws.start(port=port) as aws:
        places = [(seed, place) for seed in planted for place in seed.targets(())]
        for seed, place in places:
            seed.plant(aws, place)
        keep_running(aws, list(dict.fromkeys(place for _, place in places)))


@local.command("list")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format: text for people, json for programs.",
)
def list_running(form: str) -> None:
    """List the AWS emulators of yours that run, and how to reach them."""
    require_extra()
    from cdk_ecs_xray.local.listing import as_documents, as_text

    click.echo(json_text(as_documents()) if form == "json" else as_text())


@local.command()
@click.argument("server")
def stop(server: str) -> None:
    """Stop the AWS emulator that SERVER names: its port, URL or folder."""
    require_extra()
    running = server_at(server)
    running.stop()
    click.echo(f"stopped the AWS emulator on port {running.port}")


local.add_command(up)
