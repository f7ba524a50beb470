"""Which variables of a list were added to it, by what they have to hold. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdk_ecs_xray.plan.open_telemetry import RESOURCE_ATTRIBUTES, SERVICE_NAME
from cdk_ecs_xray.plan.wiring import TRACING_NAME

_NAMES = (TRACING_NAME, SERVICE_NAME)


def added_among(
    environment: Sequence[object], expected: Mapping[str, str], *, first: int
) -> tuple[int, ...]:
    """Return the longest run of variables as they are added; of two as long the later one.

    :param expected: what is added, in the order of adding.
    :param first: where it can begin.
    """
    order = list(expected)
    best: tuple[int, ...] = ()
    run: list[int] = []
    names: list[str] = []
    for position, pair in enumerate(environment[first:], start=first):
        found = pair if isinstance(pair, Mapping) else {}
        name = str(found.get("name"))
        if name not in expected or not _is_value(name, found.get("value"), expected[name]):
            run, names = [], []
            continue
        follows = not names or order.index(names[-1]) < order.index(name)
        run, names = (run if follows else []), (names if follows else [])
        run, names = [*run, position], [*names, name]
        if len(run) >= len(best):
            best = tuple(run)
    return best


def _is_value(name: str, value: object, expected: str) -> bool:
    # The name in X-Ray is the user's choice, so any text can have been added.
    if name == RESOURCE_ATTRIBUTES:
        return isinstance(value, str) and value.startswith(expected)
    return isinstance(value, str) if name in _NAMES else value == expected
