"""``ecs-xray init``: an environment, rules and an app to begin with."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cdk_ecs_xray.cli.init_files import Wish
    from cdk_ecs_xray.cli.init_folder import Found


@click.command(
    epilog="""\b
ecs-xray init orders --name orders
ecs-xray init --launch fargate --subnet subnet-0a1b2c3d --subnet subnet-0b1b2c3d
ecs-xray init --env prod"""
)
@click.argument("folder", default=".")
@click.option("--name", default="web", show_default=True, help="Name of the service.")
@click.option("--env", default="dev", show_default=True, help="Name of the environment.")
@click.option(
    "--namespace", default="app", show_default=True, help="First part of every physical name."
)
@click.option(
    "--launch",
    type=click.Choice(["ec2", "fargate"]),
    default="ec2",
    show_default=True,
    help="Where tasks run. ec2 creates a VPC and an instance; fargate needs subnets that exist.",
)
@click.option(
    "--subnet",
    "subnets",
    multiple=True,
    metavar="ID",
    help="With fargate: a subnet's id, ssm:PARAMETER or export:NAME; several times for several.",
)
def init(  # noqa: PLR0917 - click passes them by name
    folder: str, name: str, env: str, namespace: str, launch: str, subnets: tuple[str, ...]
) -> None:
    """Write an environment, sampling rules and a CDK app into FOLDER.

    FOLDER is the current one by default. Where it holds a CDK app already, only the files that fit
    are added, and what to add to the app is printed. No file that is there is changed: what is in
    the way is named, and nothing is written then.

    Exit codes: 0 all is there, 2 something is in the way or cannot be used.
    """
    from cdk_ecs_xray.cli.init_checks import require_fitting, wished
    from cdk_ecs_xray.cli.init_files import RULES, app_files, project_files
    from cdk_ecs_xray.cli.init_folder import LEFT_AS_THEY_ARE, look, missing, write_all
    from cdk_ecs_xray.printable import printable

    place = Path(folder)
    wish = wished(name=name, environment=env, namespace=namespace, launch=launch, subnets=subnets)
    found = look(place)
    if found.app is None:
        files, kept = project_files(wish), [*LEFT_AS_THEY_ARE, RULES]
    else:
        files, kept = app_files(wish), [RULES]
        if not found.python:
            # Only an app in Python can deploy an environment's file.
            files = {RULES: files[RULES]}
    left = missing(place, files, kept=kept)
    require_fitting(place, wish, left)
    write_all(place, left)
    for path in files:
        click.echo(f"{'written' if path in left else 'there':8} {printable(str(place / path))}")
    click.echo()
    for line in _next(folder, wish, found, left):
        click.echo(printable(line))


def _next(folder: str, wish: Wish, found: Found, left: Collection[str]) -> Iterator[str]:
    if not found.python:
        yield "The app is not in Python, so what traces it is outside it:"
        yield "  ecs-xray review                 finds what loses traces, in what cdk synth wrote"
        yield "  ecs-xray inject FILE            adds a collector to a task definition in a file"
        yield "  ecs-xray rules check            finds mistakes in sampling/rules.yaml"
        return
    yield "Next:"
    if folder != ".":
        yield f"  cd {shlex.quote(folder)}"
    if found.app is None:
        yield from _begin(left)
    elif not found.calls:
        yield from _lines_to_add()
    if wish.open_parameter is not None:
        yield (
            f"  # write your subnets into {wish.environment_path}, or make the parameter "
            f"{wish.open_parameter}"
        )
    yield "  ecs-xray environments check"
    yield "  cdk synth --quiet '**'"
    yield "  ecs-xray review"
    yield f"  cdk deploy '{wish.environment}/**'"
    yield f"  ecs-xray verify --env {wish.environment}    # needs the extra 'verify'"


def _begin(left: Collection[str]) -> Iterator[str]:
    from cdk_ecs_xray.cli.init_files import IGNORED, requirement

    if "requirements.txt" not in left:
        yield f"  # add to requirements.txt: {requirement()}"
    if ".gitignore" not in left:
        yield f"  # add to .gitignore: {' '.join(IGNORED)}"
    yield "  python3 -m venv .venv && . .venv/bin/activate"
    yield "  pip install -r requirements.txt"


def _lines_to_add() -> Iterator[str]:
    from cdk_ecs_xray.cli.init_files import requirement

    yield f"  # add to the app's requirements: {requirement()}"
    yield "  # add to the app, before app.synth():"
    yield "  from cdk_ecs_xray import add_environments"
    yield '  add_environments(app, "environments")'
    yield "  # or trace the services that it has, without an environment's file:"
    yield "  from aws_cdk import AspectPriority, Aspects"
    yield "  from cdk_ecs_xray import XRayTracingAspect"
    yield "  Aspects.of(app).add(XRayTracingAspect(), priority=AspectPriority.MUTATING)"
