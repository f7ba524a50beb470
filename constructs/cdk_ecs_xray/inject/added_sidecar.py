"""Finds the sidecar that tracing added to a task definition in a file. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdk_ecs_xray.collectors import Placement
from cdk_ecs_xray.collectors.description import Collector
from cdk_ecs_xray.collectors.engines import engine_running, every_collector
from cdk_ecs_xray.collectors.recognition import engine_of
from cdk_ecs_xray.errors import ConfigurationError, Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject.definition import Definition, RawContainer
from cdk_ecs_xray.inject.evidence import evidence_of
from cdk_ecs_xray.inject.own_sidecar import is_own
from cdk_ecs_xray.inject.sidecar_json import sidecar_json
from cdk_ecs_xray.plan.instrumentation import Agent
from cdk_ecs_xray.plan.network import NETWORKS, SidecarNetwork
from cdk_ecs_xray.plan.profile import SidecarProfile


@dataclass(frozen=True, kw_only=True)
class AddedSidecar:
    """What a sidecar is, and how apps reach it.

    :param network: how apps reach it.
    :param agents: what was loaded into apps, by their names.
    """

    container: RawContainer
    collector: Collector
    network: SidecarNetwork
    agents: Mapping[str, Agent] = field(default_factory=dict)


def added_sidecar(definition: Definition) -> AddedSidecar | None:
    """Return the sidecar that tracing added; None where it added none.

    :raises UnsupportedTaskDefinitionError: where there are several.
    """
    found = [one for container in definition.containers for one in _as_added(definition, container)]
    if len({one.container["name"] for one in found}) > 1:
        names = ", ".join(f"'{one.container['name']}'" for one in found)
        raise UnsupportedTaskDefinitionError(
            Problem(
                where=definition.where,
                what="the file must have one sidecar that inject added",
                got=names,
                fix="Remove the others by hand first.",
            )
        )
    return found[0] if found else None


def _as_added(definition: Definition, container: RawContainer) -> Sequence[AddedSidecar]:
    engine = engine_of(evidence_of(container))
    if engine is None:
        return ()
    mode = definition.field.get("networkMode")
    # A mode that is not in the file shows in where the sidecar listens.
    networks = [NETWORKS[str(mode)]] if mode in NETWORKS else list(NETWORKS.values())
    linked = any(container["name"] in (one.get("links") or ()) for one in definition.containers)
    networks.sort(key=lambda network: network.linked != linked)
    found = []
    for collector in every_collector():
        if engine_running(collector) is not engine:
            continue
        for network in networks:
            place = Placement(
                network=network, region="", memory_mib=SidecarProfile.SAFE.usable_memory_mib
            )
            try:
                description = collector.describe(place)
            except ConfigurationError:
                # One that refuses a network was not added there.
                continue
            wanted = sidecar_json(
                container["name"],
                description=description,
                network=network,
                profile=SidecarProfile.SAFE,
                log_configuration=None,
            )
            if is_own(container, wanted):
                found.append(
                    AddedSidecar(container=container, collector=collector, network=network)
                )
    return found[:1]
