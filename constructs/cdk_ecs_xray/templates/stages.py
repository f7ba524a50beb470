"""Chooses the stacks of one environment of a cloud assembly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.templates.assembly import read_stacks
from cdk_ecs_xray.templates.stack_source import StackSource


def environments_of(folder: Path) -> Sequence[str]:
    """Return the names of the CDK Stages of an assembly.

    :raises ReviewError: when the folder is no cloud assembly.
    """
    return [name for name in _stages(read_stacks(str(folder))) if name]


def stacks_of(folder: Path, *, environment: str | None) -> Sequence[StackSource]:
    """Return the stacks of a Stage, or of an app that has no Stages, without nested ones.

    :param environment: the name of the Stage; None where there is only one, or none.
    :raises ReviewError: when the folder is no cloud assembly.
    :raises ConfigurationError: when it has no such Stage, or several and none was named.
    """
    sources = read_stacks(str(folder))
    chosen = _chosen(folder, _stages(sources), environment)
    return [source for source in sources if source.environment == chosen and source.parent is None]


def _stages(sources: Sequence[StackSource]) -> Sequence[str]:
    return list(dict.fromkeys(source.environment for source in sources))


def _chosen(folder: Path, stages: Sequence[str], environment: str | None) -> str:
    names = ", ".join(name for name in stages if name) or "none, as the app has no Stages"
    if environment is None and len(stages) == 1:
        return stages[0]
    if environment is None:
        raise ConfigurationError(
            Problem(
                where="--env",
                what=f"is required, as {folder} has several Stages",
                fix=f"Choose one of: {names}.",
            )
        )
    if environment not in stages or environment == "":
        raise ConfigurationError(
            Problem(
                where="--env",
                what=f"must be a Stage of {folder}",
                got=f"'{environment}'",
                fix=f"Choose one of: {names}.",
            )
        )
    return environment
