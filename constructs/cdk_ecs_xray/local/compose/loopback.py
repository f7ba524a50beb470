"""Keeps a collector that shares this machine's network from listening for other machines. Pure.

A collector signs what it passes on. In the network of a task only its own apps reach it, in the
network of a machine everybody does.
"""

from __future__ import annotations

from typing import Any

from cdk_ecs_xray.collectors import XRayDaemon
from cdk_ecs_xray.collectors.listening import LOOPBACK_ENDPOINT, on_loopback
from cdk_ecs_xray.collectors.recognition import RecognizedCollector, recognize
from cdk_ecs_xray.inject.definition import RawContainer
from cdk_ecs_xray.inject.evidence import evidence_of
from cdk_ecs_xray.local.isolation import LOOPBACK
from cdk_ecs_xray.plan.network import ALL_INTERFACES


def on_loopback_only(service: dict[str, Any], container: RawContainer) -> None:
    """Change where a collector listens; leaves what is no collector, or listens there already."""
    found = recognize(evidence_of(container))
    if found is None or found.engine is None or _stays_here(found):
        return
    if found.engine.make is XRayDaemon:
        # Of flags the daemon takes the last; its image's own come first.
        flags = ("--bind", LOOPBACK_ENDPOINT, "--bind-tcp", LOOPBACK_ENDPOINT)
        service["command"] = [*service.get("command", []), *flags]
        return
    for variable in found.engine.configuration_variables:
        if (text := service["environment"].get(variable)) is not None:
            service["environment"][variable] = text.replace(ALL_INTERFACES, LOOPBACK[0])


def _stays_here(found: RecognizedCollector) -> bool:
    listening = found.listening
    return all(
        endpoint is None or on_loopback(endpoint)
        for endpoint in (
            listening.segments,
            listening.sampling,
            *(receiver.endpoint for receiver in listening.spans),
        )
    )
