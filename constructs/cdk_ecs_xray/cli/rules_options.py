"""Options that several commands of ``ecs-xray rules`` have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, Problem
from cdk_ecs_xray.files.text_file import read_text

if TYPE_CHECKING:
    from cdk_ecs_xray.sampling import SamplingRuleSet

RULES_FILE = "sampling/rules.yaml"

rules_option = click.option(
    "--rules",
    "rules_file",
    type=click.Path(path_type=Path, readable=False),
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


def require_environments(
    names: Iterable[str | None], rules: SamplingRuleSet, *, rules_file: Path
) -> None:
    """Refuse environments that neither the rules nor an environment file names.

    Without any name to compare with, every name is accepted.

    :raises ConfigurationError: for each that is unknown.
    """
    known = rules.environments_named | set(_environments_near(rules_file))
    unknown = [name for name in names if name is not None and name not in known]
    if known and unknown:
        raise ConfigurationError(
            *(
                Problem(
                    where="--env",
                    what=f"environment '{name}' not found",
                    fix=f"Choose one of {', '.join(sorted(known))}, or leave --env out.",
                )
                for name in unknown
            )
        )


def _environments_near(rules_file: Path) -> Iterator[str]:
    """Yield the names of the environment files of the project that a rules file belongs to."""
    for folder in {Path("environments"), rules_file.parent.parent / "environments"}:
        for file in sorted(folder.glob("*.y*ml")):
            try:
                text = read_text(file)
            except EcsXRayError:
                continue  # Whoever deploys it hears what is wrong with it.
            named = re.search(r"^name: *[\"']?([\w-]+)", text, re.MULTILINE)
            yield file.stem if named is None else named[1]
