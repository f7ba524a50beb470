"""What a finished template has otherwise than the constructs that tracing was added to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.companions import companion
from cdk_ecs_xray.collectors.recognition import collects_traces
from cdk_ecs_xray.templates.container import Container, Place
from cdk_ecs_xray.templates.containers import read_container
from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.roles import entries

_MODE, _CONTAINERS = "NetworkMode", "ContainerDefinitions"
_ROLES = ("TaskRoleArn", "ExecutionRoleArn")
_NOWHERE = Place(stack="", resource="", file="", line=1)


def overridden(
    made: Mapping[str, Any],
    finished: Mapping[str, Any],
    *,
    collector: str,
    variables: Sequence[str],
    wired: Collection[str],
) -> Sequence[str]:
    """Return what tracing relies on and an override changed, in words.

    :param made: the properties as the constructs have them, in CloudFormation's spelling.
    :param finished: the same of the template.
    :param collector: the name of its container.
    :param variables: the names of the variables that lead apps to it.
    :param wired: the names of the containers that have them; the collector is none.
    """
    return [
        *_mode(made, finished),
        *(name for name in _ROLES if made.get(name) != finished.get(name)),
        *_containers(made, finished, collector, variables, wired),
    ]


def strangers_added(
    made: Mapping[str, Any], finished: Mapping[str, Any], *, variables: Sequence[str]
) -> Sequence[str]:
    """Return the apps that only the template has, and that nothing leads to a collector."""
    before, after = _named(made), _named(finished)
    finishing = {
        str(one.container)
        for container in after.values()
        for one in container.depends_on
        if one.condition in ("COMPLETE", "SUCCESS")
    }
    return [
        name
        for name, container in after.items()
        if name not in before
        and not any(variable in container.environment for variable in variables)
        and not collects_traces(container.evidence)
        and companion(
            container.evidence, routes_logs=container.routes_logs, finishes=name in finishing
        )
        is None
    ]


def _mode(made: Mapping[str, Any], finished: Mapping[str, Any]) -> Iterator[str]:
    mode = finished.get(_MODE, "bridge")
    if isinstance(mode, str) and mode != made[_MODE]:
        was = f"was '{made[_MODE]}'"
        yield f"no {_MODE}, {was}" if _MODE not in finished else f"{_MODE} '{mode}', {was}"


def _containers(
    made: Mapping[str, Any],
    finished: Mapping[str, Any],
    collector: str,
    variables: Sequence[str],
    wired: Collection[str],
) -> Iterator[str]:
    if not isinstance(finished.get(_CONTAINERS), list):
        # Known at deployment only.
        return
    before, after = _named(made), _named(finished)
    if collector in before and collector not in after:
        yield f"{_CONTAINERS} without '{collector}'"
        return
    for name in sorted(set(wired) - {collector}):
        if name in before and name in after:
            lost = [*_lost(before[name], after[name], collector, variables)]
            if lost:
                yield f"{', '.join(lost)} of '{name}'"


def _lost(
    before: Container, after: Container, collector: str, variables: Sequence[str]
) -> Iterator[str]:
    for variable in variables:
        value = before.environment.get(variable)
        if value is not None and after.environment.get(variable) != value:
            yield variable
    if _links(before, collector) and not _links(after, collector):
        yield "the link"
    if _order(before, collector) != _order(after, collector):
        yield "the dependency"


def _links(container: Container, collector: str) -> bool:
    return any(str(link).partition(":")[0] == collector for link in container.links)


def _order(container: Container, collector: str) -> Sequence[str]:
    return [one.condition for one in container.depends_on if one.container == collector]


def _named(properties: Mapping[str, Any]) -> Mapping[str, Container]:
    resolver = Resolver.alone()
    resolved = [resolver.resolve(one) for one in entries(properties.get(_CONTAINERS))]
    found = [read_container(_NOWHERE, one) for one in resolved if isinstance(one, Mapping)]
    return {str(one.name): one for one in found}
