"""``ecs-xray local``: the embedded AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from cdk_ecs_xray.errors import ConfigurationError, Problem


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
    _require_extra()
    from cdk_ecs_xray.local.trial import Trial, run_trial

    return run_trial(
        Trial(
            folder=folder,
            context=_context(environment, context),
            keep=keep,
            port=port,
            reference=reference,
        )
    )


@local.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Its port. By default, a free one.")
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


def _context(environment: str | None, pairs: Sequence[str]) -> Mapping[str, str]:
    """The context by key; ``--env`` is the key of the shipped app."""
    found = {} if environment is None else {"env": environment}
    problems = []
    if environment is not None and not environment.strip():
        problems.append(
            Problem(
                what="--env must be the name of an environment", got="''", fix="Name one of yours."
            )
        )
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            problems.append(
                Problem(what="--context must be KEY=VALUE", got=f"'{pair}'", fix="Write one.")
            )
        elif key == "env" and environment is not None:
            problems.append(
                Problem(what="--env and --context env= cannot be combined", fix="Keep one.")
            )
        else:
            found[key] = value
    if problems:
        raise ConfigurationError(*problems)
    return found


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
