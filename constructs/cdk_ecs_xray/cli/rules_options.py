"""Options that several commands of ``ecs-xray rules`` have."""

from __future__ import annotations

from pathlib import Path

import click

RULES_FILE = "sampling/rules.yaml"

rules_option = click.option(
    "--rules",
    "rules_file",
    type=click.Path(path_type=Path),
    default=RULES_FILE,
    show_default=True,
    help="The rules: this kit's file, X-Ray's own JSON or an SDK's local rules.",
)
environment_option = click.option(
    "--env", "environment", help="Use the rules as this environment has them."
)
# Spelled here too, so that the commands start without reading the matching.
SDK_NAMES = (
    *("python", "node", "java", "go", "dotnet", "ruby"),
    *("adot-java", "adot-python", "adot-node"),
)
sdk_option = click.option(
    "--sdk", type=click.Choice(SDK_NAMES), help="Match as this SDK or OpenTelemetry sampler does."
)
