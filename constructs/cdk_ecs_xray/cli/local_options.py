"""Options that the commands of ``ecs-xray local`` share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdk_ecs_xray.errors import ConfigurationError, Problem


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


def require_extra() -> None:
    """Refuse to go on without the extra that brings the embedded AWS.

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
