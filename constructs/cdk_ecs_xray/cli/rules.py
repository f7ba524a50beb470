"""``ecs-xray rules``: what is traced, where, how much and what it costs."""

from __future__ import annotations

from pathlib import Path

import click

from cdk_ecs_xray.cli.guard import UNUSABLE_INPUT
from cdk_ecs_xray.cli.rules_explain import explain
from cdk_ecs_xray.cli.rules_import import import_rules
from cdk_ecs_xray.cli.rules_options import (
    RULES_FILE,
    environment_option,
    require_environments,
    rules_option,
)
from cdk_ecs_xray.cli.rules_simulate import simulate
from cdk_ecs_xray.files.pages import how_to_read
from cdk_ecs_xray.printable import json_text, printable

FINDINGS = 1


@click.group()
def rules() -> None:
    """Check, explain, simulate and export sampling rules."""


rules.add_command(simulate)
rules.add_command(import_rules)
rules.add_command(explain)


@rules.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False), default=RULES_FILE)
@click.option(
    "--env",
    "environments",
    multiple=True,
    help="Check the rules as this environment has them; several share an account and region.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Output format: text for people, json for programs.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    help="End with 1 on findings of at least this severity.",
)
def check(file: Path, environments: tuple[str, ...], output: str, fail_on: str) -> int:
    """Print everything that is wrong with FILE, by default sampling/rules.yaml.

    Exit codes: 0 nothing, 1 findings as bad as --fail-on, 2 a file that holds no rules X-Ray takes.
    """
    from cdk_ecs_xray.sampling.checks import EnvironmentRules, check_account, check_rules
    from cdk_ecs_xray.sampling.findings import errors_in
    from cdk_ecs_xray.sampling.reading import inspect_rules
    from cdk_ecs_xray.sampling.rule_set import SamplingRuleSet

    reading = inspect_rules(file, SamplingRuleSet)
    findings = list(reading.findings)
    if reading.rules is not None:
        require_environments(environments, reading.rules, rules_file=file)
        sharing = [
            EnvironmentRules(environment=name, rules=reading.rules, where=reading.where)
            for name in environments or (None,)
        ]
        findings += [finding for environment in sharing for finding in check_rules(environment)]
        findings += check_account(sharing)
    if output == "json":
        documents = [finding.as_document() for finding in findings]
        click.echo(json_text({"file": reading.where, "findings": documents}))
    else:
        for finding in findings:
            click.echo(f"{finding.severity}: {printable(str(finding.problem))} [{finding.check}]")
        if findings:
            click.echo(f"About each: {how_to_read('ID')}")
        else:
            click.echo(f"{printable(reading.where)}: no findings")
    if reading.rules is None:
        return UNUSABLE_INPUT
    return FINDINGS if (findings if fail_on == "warning" else errors_in(findings)) else 0


@rules.command()
@click.option(
    "--for",
    "sdk",
    required=True,
    type=click.Choice(["python", "node", "java", "go", "dotnet", "ruby"]),
    help="Language of the X-Ray SDK that reads the file.",
)
@rules_option
@environment_option
@click.option("--service", help="Leave out the rules of other services.")
@click.option("--service-type", help="Leave out the rules of other types of service.")
@click.option(
    "--processes",
    type=click.IntRange(1, 100_000),
    default=1,
    help="How many processes read the file, which share the reservoirs.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, readable=False),
    help="Write to this file instead of standard output.",
)
def export(
    *,
    sdk: str,
    rules_file: Path,
    environment: str | None,
    service: str | None,
    service_type: str | None,
    processes: int,
    output: Path | None,
) -> None:
    """Write the rules as an SDK's local file, for when X-Ray can't be reached."""
    from cdk_ecs_xray.cli.atomic_file import write_atomically
    from cdk_ecs_xray.sampling import SamplingRuleSet
    from cdk_ecs_xray.sampling.local_rules import HOW_TO_LOAD, local_rules, local_rules_text

    read = SamplingRuleSet.from_file(rules_file)
    require_environments([environment], read, rules_file=rules_file)
    document = local_rules(
        read.in_environment(environment),
        read.default,
        service_name=service,
        service_type=service_type,
        processes=processes,
    )
    text = local_rules_text(document, sdk=sdk)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text.encode())
    loaded = HOW_TO_LOAD[sdk].format(file=output or "sampling-rules.json")
    click.echo(printable(f"the SDK loads it with: {loaded}"), err=True)


@rules.command()
def schema() -> None:
    """Print the JSON Schema of rules files, which editors check them with."""
    from cdk_ecs_xray.sampling.schema import rules_file_schema

    click.echo(json_text(rules_file_schema()))
