"""Options that the commands of ``ecs-xray local`` share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.field_limits import shown

if TYPE_CHECKING:
    from cdk_ecs_xray.local import EmbeddedAws

_PLACE = re.compile(r"(?:http://(?:127\.0\.0\.1|localhost):)?(?P<port>[0-9]{1,5})/?")
_LAST_PORT = 65535

environment_option = click.option(
    "--env", "environment", help="The environment to deploy: -c env=NAME."
)
context_option = click.option(
    "-c", "--context", multiple=True, metavar="KEY=VALUE", help="Context. Repeatable."
)
port_option = click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the AWS emulator. Default: a free one."
)
project_option = click.option(
    "--app",
    "folder",
    type=click.Path(path_type=Path, readable=False, file_okay=False),
    default=".",
    help="The CDK project's folder.",
)


def context_of(environment: str | None, pairs: Sequence[str]) -> Mapping[str, str]:
    """The context by key; ``--env`` is the key of the shipped app."""
    found = {} if environment is None else {"env": environment}
    problems = []
    if environment is not None and not environment.strip():
        problems.append(
            Problem(
                what="--env must be the name of an environment", got="''", fix="Name one of yours."
            )
        )
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            problems.append(
                Problem(what="--context must be KEY=VALUE", got=f"'{pair}'", fix="Write one.")
            )
        elif key == "env" and environment is not None:
            problems.append(
                Problem(what="--env and --context env= cannot be combined", fix="Keep one.")
            )
        else:
            found[key] = value
    if problems:
        raise ConfigurationError(*problems)
    return found


def server_at(place: str) -> EmbeddedAws:
    """The running server that a port, a URL or a run's folder names.

    :raises ConfigurationError: for another text.
    :raises LocalAwsError: when none of this user's runs there.
    """
    from cdk_ecs_xray.local import EmbeddedAws

    found = _PLACE.fullmatch(place.strip())
    port = 0 if found is None else int(found["port"])
    if 1 <= port <= _LAST_PORT:
        return EmbeddedAws.attach(port)
    if place.strip() and Path(place).is_dir():
        return EmbeddedAws.attach_folder(Path(place))
    raise ConfigurationError(
        Problem(
            what="the AWS emulator must be named by its port, its URL or the folder of its run",
            got=shown(place),
            fix="ecs-xray local list shows those that run.",
        )
    )


def require_extra() -> None:
    """Refuse to go on without the extra that brings the AWS emulator.

    :raises ConfigurationError: when it is not installed.
    """
    try:
        import boto3  # noqa: F401 - only asks whether the extra is there
        import ministack  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(
            Problem(
                where="local",
                what="the extra 'local' is required",
                fix="Run pip install 'cdk-ecs-xray[local]'.",
            )
        ) from error
