"""Takes out of a text what tracing added to it, and nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cdk_ecs_xray.collectors.application import named
from cdk_ecs_xray.errors import ConfigurationError, Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject.added_sidecar import AddedSidecar, added_sidecar
from cdk_ecs_xray.inject.added_variables import added_among
from cdk_ecs_xray.inject.apps import apps_of
from cdk_ecs_xray.inject.definition import Definition, RawContainer, read_definition
from cdk_ecs_xray.inject.dependents import dependents, dependents_on_agents
from cdk_ecs_xray.inject.direct_removal import direct_cuts
from cdk_ecs_xray.inject.document import Document, parse
from cdk_ecs_xray.inject.edits import Path
from cdk_ecs_xray.inject.evidence import collector_in
from cdk_ecs_xray.inject.instrumenting import MOUNTS, VOLUMES
from cdk_ecs_xray.inject.list_cuts import cuts_of_lists
from cdk_ecs_xray.inject.loaded_agents import (
    agent_of,
    dependency_on,
    init_positions,
    kept_whole,
    loading_variables,
    mounts_of,
    parted,
    volumes_of,
)
from cdk_ecs_xray.inject.origin import (
    ADDED_KEYS,
    RAISED,
    REPLACED,
    Origin,
    origin_of,
    place_of,
    value_before,
)
from cdk_ecs_xray.inject.registrable import registrable
from cdk_ecs_xray.inject.shape_check import CONTAINERS
from cdk_ecs_xray.inject.taking_out import Cut, without
from cdk_ecs_xray.plan.adaptive_sampling import with_boosts
from cdk_ecs_xray.plan.instrumentation import instrumented_environment
from cdk_ecs_xray.plan.log_groups import GROUPS_FIRST
from cdk_ecs_xray.plan.open_telemetry import RESOURCE_ATTRIBUTES
from cdk_ecs_xray.plan.profile import SidecarProfile
from cdk_ecs_xray.plan.wiring import START, Warned

_ANY_NAME = "any"
_MEMORY_MIB = SidecarProfile.SAFE.usable_memory_mib


@dataclass(frozen=True, kw_only=True)
class UntracedText:
    """A task definition as text without tracing.

    :param sidecar: the name of the container that was taken out; None where there was none.
    """

    text: str
    sidecar: str | None
    warnings: Sequence[Warned] = ()


def untrace_text(text: str, *, where: str) -> UntracedText:
    """Return the text without the sidecar that tracing added and without what leads to it.

    :raises UnsupportedTaskDefinitionError: for a collector that tracing did not add, and for
        members of other containers that need the sidecar and were not added with it.
    """
    document = registrable(parse(text, where=where))
    definition = read_definition(document.root.plain, where=where)
    added = added_sidecar(definition)
    if added is None:
        foreign = collector_in(definition.containers)
        if foreign is not None:
            raise UnsupportedTaskDefinitionError(_foreign(where, foreign))
        cuts = direct_cuts(document, definition)
        if not cuts:
            return UntracedText(text=document.text, sidecar=None, warnings=(_nothing(where),))
        return UntracedText(text=_taken_out(document, cuts), sidecar=None)
    added = replace(
        added,
        agents={
            container["name"]: agent
            for _, container in apps_of(definition, sidecar=added.container["name"])
            if (agent := agent_of(definition, container)) is not None
        },
    )
    problems = [
        *dependents(definition, added.container),
        *dependents_on_agents(definition, added.agents),
    ]
    if problems:
        raise UnsupportedTaskDefinitionError(*problems)
    text = _taken_out(document, _cuts(document, definition, added))
    return UntracedText(text=text, sidecar=added.container["name"])


def _taken_out(document: Document, cuts: Sequence[Cut]) -> str:
    result, wanted = without(document, cuts)
    try:
        safe = parse(result, where=document.where).root.plain == wanted
    except ConfigurationError:
        safe = False
    if not safe:
        raise UnsupportedTaskDefinitionError(
            Problem(
                where=document.where,
                what="the file must be laid out so that it can be taken from",
                got="one whose lines would change their meaning",
                fix="Format it with your editor first.",
            )
        )
    return result


def _cuts(document: Document, definition: Definition, added: AddedSidecar) -> Sequence[Cut]:
    prefix: Path = () if definition.task is None else (CONTAINERS,)
    name = added.container["name"]
    origin = origin_of(added.container)
    cuts = [
        cut
        for position, container in apps_of(definition, sidecar=name)
        for cut in _cuts_of_app(document, (*prefix, position), container, added, origin)
    ]
    for key in ("cpu", "memory"):
        before, raised = origin.get(f"/{key}"), origin.get(f"/{key}{RAISED}")
        # A size that was changed since is its owner's.
        if isinstance(before, str) and str(definition.field.get(key)) == raised:
            cuts.append(Cut(path=(key,), scalar=before))
    agents = list(added.agents.values())
    volumes = {VOLUMES: positions} if (positions := volumes_of(agents, definition)) else {}
    cuts += cuts_of_lists(document, (), definition.field, volumes, origin)
    position = next(at for at, one in enumerate(definition.containers) if one["name"] == name)
    gone = set(init_positions(agents, definition))
    before = origin.get(REPLACED)
    if isinstance(before, str):
        cuts.append(Cut(path=(*prefix, position), restored=before))
    else:
        gone.add(position)
    return [*cuts, Cut(path=prefix, items=tuple(sorted(gone)))] if gone else cuts


def _cuts_of_app(
    document: Document, path: Path, container: RawContainer, added: AddedSidecar, origin: Origin
) -> Sequence[Cut]:
    taken = {
        key: positions for key, positions in _taken(container, added, origin).items() if positions
    }
    agent = added.agents.get(container["name"])
    own = taken.get("environment", ())
    cuts = list(_shortened(path, container, origin))
    if agent is not None:
        cuts += parted(document, path, container, agent, origin=origin, taken=own)
    return [*cuts, *cuts_of_lists(document, path, container, taken, origin)]


def _shortened(path: Path, container: RawContainer, origin: Origin) -> Iterator[Cut]:
    """Give the variables that the app had what they held, unless they were changed since."""
    for position, pair in enumerate(container.get("environment") or ()):
        before = value_before(container, pair, origin)
        if before is not None:
            yield Cut(path=(*path, "environment", position, "value"), scalar=before)


def _taken(
    container: RawContainer, added: AddedSidecar, origin: Origin
) -> Mapping[str, tuple[int, ...]]:
    name = added.container["name"]
    agent = added.agents.get(container["name"])
    waits: list[Mapping[str, str]] = [{"containerName": name, "condition": START}]
    waits += [] if agent is None else [dependency_on(agent)]
    links, dependencies = (container.get(key) or () for key in ("links", "dependsOn"))
    first = {key: kept if isinstance(kept, int) else 0 for key, kept in _kept(container, origin)}
    taken = {
        "environment": _variables(container, added, first["environment"], origin),
        "links": tuple(at for at, link in enumerate(links) if link == name),
        "dependsOn": tuple(at for at, one in enumerate(dependencies) if one in waits),
        MOUNTS: () if agent is None else mounts_of(agent, container),
    }
    return {key: tuple(at for at in found if at >= first[key]) for key, found in taken.items()}


def _kept(container: RawContainer, origin: Origin) -> Iterator[tuple[str, str | int | None]]:
    """Yield how much of each list was there before, where that is known."""
    for key in ADDED_KEYS:
        yield key, origin.get(place_of(container, key))


def _variables(
    container: RawContainer, added: AddedSidecar, first: int, origin: Origin
) -> tuple[int, ...]:
    """Return the positions of the variables that were added."""
    host = added.network.host(added.container["name"])
    expected = dict(named(added.collector.application_environment(host), _ANY_NAME))
    agent = added.agents.get(container["name"])
    loaded = None if agent is None else with_boosts(agent)
    expected = instrumented_environment(loaded, expected)
    expected[RESOURCE_ATTRIBUTES] = GROUPS_FIRST
    if agent is not None:
        kept = kept_whole(container, agent, origin)
        expected |= {k: v for k, v in loading_variables(agent).items() if k not in kept}
    return added_among(container.get("environment") or (), expected, first=first)


def _foreign(where: str, collector: Mapping[str, Any]) -> Problem:
    return Problem(
        where=where,
        what="the collector must be one that inject added, as nothing else can be taken out safely",
        got=f"'{collector['name']}' with image '{collector.get('image')}'",
        fix="Remove it by hand.",
    )


def _nothing(where: str) -> Warned:
    return Warned(
        id="ecs-xray:nothing-to-remove",
        problem=Problem(
            where=where,
            what="sidecar not found, so nothing was removed",
            fix="Check that this is the file that inject wrote.",
        ),
    )
