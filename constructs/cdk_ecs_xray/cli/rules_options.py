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
