"""``ecs-xray rules import``: a rules file from what is there already."""

from __future__ import annotations

from pathlib import Path

import click

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.text_file import require_reachable
from cdk_ecs_xray.printable import counted, printable


@click.command("import")
@click.argument("source")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, readable=False),
    help="Write to this file instead of standard output.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@click.option("--profile", help="Profile of the AWS configuration, to import from an account.")
@click.option("--region", help="Region of the rules, to import from an account.")
@click.option(
    "--processes",
    type=click.IntRange(1, 100_000),
    default=1,
    show_default=True,
    help="App processes, to import from an SDK's local rules, where fixed_target is for each.",
)
def import_rules(
    *,
    source: str,
    output: Path | None,
    force: bool,
    profile: str | None,
    region: str | None,
    processes: int,
) -> None:
    """Write a rules file from SOURCE.

    SOURCE is the word account, which reads the rules and groups of an AWS account and region, or
    a file: X-Ray's JSON, an SDK's local rules, a CloudFormation template or a cloud assembly, or
    Terraform: .tf files, or the JSON of terraform show for a plan or a state.
    """
    from cdk_ecs_xray.cli.atomic_file import write_atomically
    from cdk_ecs_xray.cli.rules_import_sources import read_source
    from cdk_ecs_xray.sampling.importing import rules_file_text

    if output is not None:
        require_reachable(output)
    if output is not None and output.exists() and not force:
        raise ConfigurationError(
            Problem(
                where=str(output),
                what="--output must be a new file",
                got="one that is there already",
                fix="Pass --force to replace it.",
            )
        )
    imported = read_source(source, profile=profile, region=region, processes=processes)
    for finding in imported.findings:
        line = f"{finding.severity}: {finding.problem} [{finding.check}]"
        click.echo(printable(line), err=True)
    text = rules_file_text(imported.rules, source=imported.label)
    if output is None:
        # UTF-8 whatever the locale is, as a file is.
        click.echo(text.encode(), nl=False)
        return
    write_atomically(output, text.encode())
    count = counted(len(imported.rules.rules), "rule")
    click.echo(printable(f"{output}: {count} of {imported.label}"), err=True)
