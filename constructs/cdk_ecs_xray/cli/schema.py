"""``ecs-xray schema``: what editors check files with."""

from __future__ import annotations

import json

import click


@click.command(
    epilog="""\b
Save it beside the files, and begin each with a line that names it:
ecs-xray schema environment > environments/environment.schema.json
# yaml-language-server: $schema=environment.schema.json"""
)
@click.argument("file", type=click.Choice(["environment", "rules"]))
def schema(file: str) -> None:
    """Print the JSON Schema of environment files or of rules files."""
    if file == "rules":
        from cdk_ecs_xray.sampling.schema import rules_file_schema

        found = rules_file_schema()
    else:
        from cdk_ecs_xray.environments.schema import environment_schema

        found = environment_schema()
    click.echo(json.dumps(found, indent=2))
