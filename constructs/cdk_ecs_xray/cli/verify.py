"""``ecs-xray verify``: what is deployed, and whether traces arrive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from cdk_ecs_xray.errors import EcsXRayError
from cdk_ecs_xray.printable import printable

if TYPE_CHECKING:
    from cdk_ecs_xray.verify.report import Verification


def _stages(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from cdk_ecs_xray.templates.stages import environments_of

    folder = context.params.get("assembly") or Path("cdk.out")
    try:
        names = environments_of(folder)
    except EcsXRayError:
        return []
    return [
        CompletionItem(name) for name in names if name.startswith(incomplete) and name.isprintable()
    ]


@click.command()
@click.option("--env", "environment", help="The CDK Stage to verify.", shell_complete=_stages)
@click.option(
    "--app",
    "assembly",
    type=click.Path(path_type=Path, readable=False, file_okay=False),
    default="cdk.out",
    show_default=True,
    help="The cloud assembly that was deployed.",
)
@click.option("--profile", help="Profile of the AWS configuration.")
@click.option("--region", help="Region of stacks that set none.")
@click.option(
    "--minutes",
    type=click.IntRange(1, 360),
    default=10,
    show_default=True,
    help="How far back to read logs and traces.",
)
@click.option("--no-drift", is_flag=True, help="Leave drift detection out.")
@click.option("--send-test-trace", is_flag=True, help="Send one segment and find it again.")
@click.option("--watch", is_flag=True, help="Wait for a first trace before checking.")
@click.option(
    "--deadline",
    type=click.IntRange(1, 3600),
    default=300,
    show_default=True,
    help="Seconds that --watch waits at most.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format: text for people, json for programs.",
)
@click.option(
    "--map-format",
    type=click.Choice(["terminal", "mermaid", "svg"]),
    default="terminal",
    show_default=True,
    help="Mermaid and SVG go to standard output and the report to standard error.",
)
@click.option("--allow-unchecked", is_flag=True, help="End with 0 though a check was not made.")
def verify(  # noqa: PLR0917 - click passes options by name
    environment: str | None,
    assembly: Path,
    profile: str | None,
    region: str | None,
    minutes: int,
    no_drift: bool,
    send_test_trace: bool,
    watch: bool,
    deadline: int,
    output: str,
    map_format: str,
    allow_unchecked: bool,
) -> int:
    """Prove after a deployment that it is what was synthesized and that traces arrive.

    Only reads, unless --send-test-trace asks it to write one segment. Needs the extra 'verify'.

    Exit codes: 0 all is well; 1 something failed, or could not be checked; 2 it could not start:
    unusable input, no credentials, no connection.
    """
    if output == "json" and map_format != "terminal":
        raise click.UsageError("--map-format draws what --format json holds as data; choose one")
    from cdk_ecs_xray.verify import verification

    deployment = verification.open_deployment(
        assembly, environment=environment, profile=profile, region=region, minutes=minutes
    )
    if watch:
        verification.watch(
            deployment, seconds=deadline, tell=lambda text: click.echo(printable(text), err=True)
        )
    verified = verification.verify(
        deployment, environment=environment, drift=not no_drift, send_test_trace=send_test_trace
    )
    _show(verified, output=output, map_format=map_format)
    return verification.exit_code(verified, allow_unchecked=allow_unchecked)


def _show(verified: Verification, *, output: str, map_format: str) -> None:
    from cdk_ecs_xray.verify.report import as_json, print_report
    from cdk_ecs_xray.verify.verification import DRAWINGS

    if output == "json":
        click.echo(as_json(verified))
    elif map_format == "terminal":
        print_report(verified, sys.stdout)
    else:
        print_report(verified, sys.stderr, with_map=False)
        click.echo(DRAWINGS[map_format](verified.map), nl=False)
