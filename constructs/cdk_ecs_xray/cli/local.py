"""``ecs-xray local``: the embedded AWS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from cdk_ecs_xray.cli.local_options import context_of, require_extra
from cdk_ecs_xray.cli.local_up import up


@click.group()
def local() -> None:
    """Try a deployment on an AWS embedded in this machine. Needs the extra 'local'."""


@local.command()
@click.option("--env", "environment", help="The environment to deploy: -c env=NAME.")
@click.option("-c", "--context", multiple=True, metavar="KEY=VALUE", help="Context. Repeatable.")
@click.option("--keep", is_flag=True, help="Leave the embedded AWS running, even on a failure.")
@click.option("--port", type=click.IntRange(1, 65535), help="Its port. By default, a free one.")
@click.option(
    "--app",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    help="The CDK project's folder.",
)
@click.option(
    "--reference",
    "--article",
    "reference",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Compare each service that claims it with the reference setup in this folder.",
)
def deploy(
    *,
    environment: str | None,
    context: Sequence[str],
    keep: bool,
    port: int | None,
    folder: Path,
    reference: Path | None,
) -> int:
    """Deploy a CDK app with the real cdk onto an embedded AWS and show the result."""
    require_extra()
    from cdk_ecs_xray.local.trial import Trial, run_trial

    return run_trial(
        Trial(
            folder=folder,
            context=context_of(environment, context),
            keep=keep,
            port=port,
            reference=reference,
        )
    )


@local.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Its port. By default, a free one.")
def start(port: int | None) -> None:
    """Start an embedded AWS and leave it running."""
    require_extra()
    from cdk_ecs_xray.local import EmbeddedAws
    from cdk_ecs_xray.local.interruption import undo_on_signals
    from cdk_ecs_xray.local.trial import keep_running

    with undo_on_signals(), EmbeddedAws.start(port=port) as aws:
        keep_running(aws)


@local.command()
@click.argument("port", type=click.IntRange(1, 65535))
def stop(port: int) -> None:
    """Stop the embedded AWS on PORT."""
    require_extra()
    from cdk_ecs_xray.local import EmbeddedAws

    EmbeddedAws.attach(port).stop()
    click.echo(f"stopped the embedded AWS on port {port}")


local.add_command(up)
