"""``ecs-xray review``: what tracing will do, before anything is deployed."""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path

import click

from cdk_ecs_xray.printable import printable

_UNTRACED = "untraced"
_FORMATS = ("terminal", "markdown", "html", "json", "sarif")


@click.command()
@click.argument("path", default="cdk.out")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default=_FORMATS[0],
    show_default=True,
    help="Markdown is for a pull request's comment, HTML one file for a browser.",
)
@click.option(
    "--against",
    metavar="BASELINE",
    help="Show what changes against another cdk.out, a template, a Terraform plan or state, or a "
    "git revision that holds PATH. A plan against itself shows what it changes.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", _UNTRACED]),
    multiple=True,
    help="End with exit code 1 when there is a finding as bad as this, or an app that is not "
    "connected. Repeatable.",
)
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="ID",
    help="Ignore findings with this id. Repeatable.",
)
@click.option(
    "--traffic",
    type=click.Path(path_type=Path, readable=False, dir_okay=False),
    help="A file of routes and their requests a second; shows what the sampling rules cost.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 100_000),
    default=1,
    show_default=True,
    help="App processes that share the traffic.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, readable=False, dir_okay=False),
    help="Write to a file, whole or not at all, instead of standard output.",
)
def review(
    path: str,
    *,
    form: str,
    against: str | None,
    fail_on: tuple[str, ...],
    accepted: tuple[str, ...],
    traffic: Path | None,
    processes: int,
    output: Path | None,
) -> int:
    """Say which apps of PATH are connected, what is wrong, and what changes.

    PATH is a folder that cdk synth wrote, by default cdk.out; one CloudFormation template or task
    definition, JSON or YAML; what terraform show -json prints of a plan or state; or - for
    standard input. The app's code is never run.

    Exit codes: 0 reviewed, 1 what --fail-on names, 2 unusable input.
    """
    from cdk_ecs_xray.review.render import render
    from cdk_ecs_xray.review.report import review as made
    from cdk_ecs_xray.review.rules import known_ids
    from cdk_ecs_xray.sampling.traffic.profile import TrafficProfile
    from cdk_ecs_xray.severity import Severity

    report = made(
        path,
        against=against,
        accepted=known_ids(accepted),
        traffic=None if traffic is None else TrafficProfile.from_file(traffic),
        processes=processes,
    )
    options = _terminal() if form == _FORMATS[0] and output is None else {}
    text = render(report, form, **options)
    if output is None:
        if form != _FORMATS[0] and isinstance(sys.stdout, io.TextIOWrapper):
            # A document is UTF-8, as HTML's own header says, whatever a terminal's locale is.
            sys.stdout.reconfigure(encoding="utf-8")
        click.echo(text, nl=False, color=bool(options.get("colours")))
    else:
        from cdk_ecs_xray.cli.atomic_file import write_atomically

        write_atomically(output, text.encode())
        click.echo(printable(f"{output}: {report.verdict}"), err=True)
    levels = [Severity(level) for level in fail_on if level != _UNTRACED]
    worst = max(levels, key=lambda level: level.rank, default=None)
    return int(report.fails(worst, untraced=_UNTRACED in fail_on))


def _terminal() -> dict[str, object]:
    """Return how to write to standard output: plain, and with lines as they are, to a pipe."""
    if not sys.stdout.isatty():
        return {}
    # https://no-color.org: present and not empty.
    colours = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return {"colours": colours, "width": shutil.get_terminal_size().columns}
