"""``ecs-xray environments``: the files of environments, without a CDK app."""

from __future__ import annotations

import click


@click.group()
def environments() -> None:
    """Check the files of environments, without a CDK app."""


@environments.command()
@click.argument("folder", default="environments")
def check(folder: str) -> None:
    """Print everything that is wrong with the environments in FOLDER.

    FOLDER is environments by default. The files are read as cdk synth reads them, with their rules
    and task definitions, one against the other.

    Exit codes: 0 nothing is wrong, 2 the files cannot be deployed.
    """
    from cdk_ecs_xray.environments.folder import read_environments
    from cdk_ecs_xray.printable import printable

    found = read_environments(folder)
    services = sum(len(environment.services) for environment in found.values())
    click.echo(
        f"{printable(folder)}: {', '.join(found)}; "
        f"{services} {'service' if services == 1 else 'services'}, nothing wrong"
    )
