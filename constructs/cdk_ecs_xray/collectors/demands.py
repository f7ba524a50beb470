"""What a collector that runs already does, for another one that is to take its place. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.unknown import Text, Unknown


@dataclass(frozen=True, kw_only=True)
class Demands:
    """What another collector has to take over, and what none of the kit's does.

    :param region: that it names itself; None where the task decides.
    :param role_arn: that it assumes before it sends.
    :param log_groups: that it names for all apps.
    :param beyond: what it does that would end with it, in words for an error.
    :param given_up: what it could do by default, and nobody asked for in the task definition.
    """

    region: Text | None = None
    role_arn: Text | None = None
    log_groups: Sequence[str] = ()
    beyond: Sequence[str] = ()
    given_up: Sequence[str] = ()


DemandsOf = Callable[[Evidence, Mapping[str, Any]], Demands]


def only(values: Sequence[object]) -> Text | None:
    """Return the one value that all agree on; Unknown where they differ."""
    found = dict.fromkeys(str(value) for value in values if value is not None)
    if not found:
        return None
    return next(iter(found)) if len(found) == 1 else Unknown(expression=", ".join(found))


def mapping(value: object) -> Mapping[str, Any]:
    """Return a mapping of a configuration; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def listed(value: object) -> Sequence[Any]:
    """Return a list of a configuration; an empty one for anything else."""
    return value if isinstance(value, list | tuple) else ()
