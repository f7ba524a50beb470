"""``ecs-xray local``: the embedded AWS."""

from __future__ import annotations

from pathlib import Path

import click

from cdk_ecs_xray.errors import ConfigurationError, Problem


@click.group()
def local() -> None:
    """Try a deployment on an AWS embedded in this machine. Needs the extra 'local'."""


@local.command()
@click.option("--env", "environment", required=True, help="The environment to deploy.")
@click.option("--keep", is_flag=True, help="Leave the embedded AWS running.")
@click.option("--port", type=click.IntRange(1, 65535), help="Its port; a free one unless told.")
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
    help="Compare each service with the reference setup's resources in this folder.",
)
def deploy(
    environment: str, keep: bool, port: int | None, folder: Path, reference: Path | None
) -> int:
    """Deploy one environment with the real cdk onto an embedded AWS and show what stands there."""
    _require_extra()
    from cdk_ecs_xray.local.trial import run_trial

    return run_trial(
        folder=folder, environment=environment, keep=keep, port=port, reference=reference
    )


@local.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Its port; a free one unless told.")
def start(port: int | None) -> None:
    """Start an embedded AWS and leave it running."""
    _require_extra()
    from cdk_ecs_xray.local import EmbeddedAws
    from cdk_ecs_xray.local.interruption import undo_on_signals
    from cdk_ecs_xray.local.trial import keep_running

    with undo_on_signals(), EmbeddedAws.start(port=port) as aws:
        keep_running(aws)


@local.command()
@click.argument("port", type=click.IntRange(1, 65535))
def stop(port: int) -> None:
    """Stop the embedded AWS on PORT."""
    _require_extra()
    from cdk_ecs_xray.local import EmbeddedAws

    EmbeddedAws.attach(port).stop()
    click.echo(f"stopped the embedded AWS on port {port}")


def _require_extra() -> None:
    try:
        import boto3  # noqa: F401 - only asks whether the extra is there
        import ministack  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(
            Problem(
                where="local",
                what="the extra 'local' is required",
                fix="Run pip install 'cdk-ecs-xray[local]'.",
            )
        ) from error
