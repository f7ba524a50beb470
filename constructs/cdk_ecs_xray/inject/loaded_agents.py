"""Which agents inject has loaded into the apps of a file, so that they can be taken out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdk_ecs_xray.inject.definition import Definition, RawContainer, members, wiring_of
from cdk_ecs_xray.inject.document import Document
from cdk_ecs_xray.inject.edits import Path
from cdk_ecs_xray.inject.instrumenting import MOUNTS, VOLUMES, init_in, mount_of
from cdk_ecs_xray.inject.origin import Origin, place_of_variable, value_before
from cdk_ecs_xray.inject.taking_out import Cut
from cdk_ecs_xray.instrumentation.languages import every_agent
from cdk_ecs_xray.plan.instrumentation import Agent, Joined


def agent_of(definition: Definition, container: RawContainer) -> Agent | None:
    """Return the agent that was loaded into an app; None where none was."""
    dependencies = members(container, "dependsOn")
    variables = wiring_of(container, where="").environment
    return next(
        (
            agent
            for agent in every_agent()
            if dependency_on(agent) in dependencies
            and init_in(definition, agent) is not None
            and all(_is_joined(joined, variables.get(joined.name)) for joined in agent.joined)
            and agent.environment.items() <= variables.items()
        ),
        None,
    )


def dependency_on(agent: Agent) -> Mapping[str, str]:
    """Return what an instrumented app waits for."""
    return {"containerName": agent.name, "condition": agent.starts_after}


def loading_variables(agent: Agent) -> Mapping[str, str]:
    """Return what loads an agent into an app that had none of these variables."""
    return {joined.name: joined.around("") for joined in agent.joined}


def mounts_of(agent: Agent, container: RawContainer) -> tuple[int, ...]:
    """Return the positions of an agent's mounts."""
    found, mount = container.get(MOUNTS) or (), mount_of(agent, read_only=True)
    return tuple(at for at, one in enumerate(found) if one == mount)


def volumes_of(agents: Sequence[Agent], definition: Definition) -> tuple[int, ...]:
    """Return the positions of the agents' volumes."""
    found, added = definition.field.get(VOLUMES) or (), [{"name": agent.name} for agent in agents]
    return tuple(at for at, one in enumerate(found) if one in added)


def init_positions(agents: Sequence[Agent], definition: Definition) -> tuple[int, ...]:
    """Return the positions of the agents' init containers."""
    inits = [init_in(definition, agent) for agent in agents]
    return tuple(
        at
        for at, container in enumerate(definition.containers)
        if any(container is init for init in inits)
    )


def parted(
    document: Document,
    path: Path,
    container: RawContainer,
    agent: Agent,
    *,
    origin: Origin,
    taken: Sequence[int],
) -> Sequence[Cut]:
    """Return what leaves the app's own part of joined variables that were changed since.

    :param taken: positions of variables that go as a whole.
    """
    cuts = []
    by_name = {joined.name: joined for joined in agent.joined}
    for position, pair in enumerate(container.get("environment") or ()):
        joined = by_name.get(str(pair.get("name"))) if isinstance(pair, Mapping) else None
        known = value_before(container, pair, origin) is not None
        if joined is None or known or position in taken:
            continue
        at = (*path, "environment", position, "value")
        node = document.root.at(at)
        if node is None:
            continue
        written = document.text[node.start : node.end]
        cuts.append(Cut(path=at, scalar=_apart(joined, written)))
    return cuts


def kept_whole(container: RawContainer, agent: Agent, origin: Origin) -> frozenset[str]:
    """Return the variables that the app had without a value, which stay."""
    return frozenset(
        joined.name
        for joined in agent.joined
        if place_of_variable(container, joined.name) in origin
    )


def _is_joined(joined: Joined, value: str | None) -> bool:
    return value is not None and joined.apart(value) is not None


def _apart(joined: Joined, written: str) -> str:
    """Take what was put around a text out of it as it is written, quotes included."""
    if joined.before:
        written = written.replace(f"{joined.before}{joined.separator}", "", 1)
    if joined.after:
        head, _, tail = written.rpartition(f"{joined.separator}{joined.after}")
        written = head + tail
    return written
