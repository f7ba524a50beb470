"""Whether what points at a service's ports points at one. Pure."""

from __future__ import annotations

from cdk_ecs_xray.environments.lenient import Found
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.environments.targets import Target, target, tcp_ports
from cdk_ecs_xray.errors import InvalidValueError
from cdk_ecs_xray.inject import TracedTaskDefinitionFile


def load_balancer_target(service: Service, definition: TracedTaskDefinitionFile) -> Target | None:
    """Return what a service's load balancer asks; None without one.

    :raises InvalidValueError: where that is no port of a container.
    """
    if service.load_balancer is None:
        return None
    return target(
        tcp_ports(definition.content),
        container=service.load_balancer.container,
        port=service.load_balancer.port,
    )


def record_of(service: Service, definition: TracedTaskDefinitionFile) -> str:
    """Return the kind of DNS record that a service gets."""
    record = None if service.discovery is None else service.discovery.record
    if record is not None:
        return record
    return "A" if definition.network_mode == "awsvpc" else "SRV"


def discovery_target(service: Service, definition: TracedTaskDefinitionFile) -> Target | None:
    """Return the port that a service's DNS name has; None where it has none.

    :raises InvalidValueError: where that is no port of a container.
    """
    if service.discovery is None or record_of(service, definition) == "A":
        return None
    return target(
        tcp_ports(definition.content),
        container=service.discovery.container,
        port=service.discovery.port,
    )


def target_problems(service: Service, definition: TracedTaskDefinitionFile) -> Found:
    """Return which of the two points nowhere, or at several."""
    for key, find in (
        ("load_balancer", load_balancer_target),
        ("discovery", discovery_target),
    ):
        try:
            find(service, definition)
        except InvalidValueError as refused:
            yield (key,), refused.problem
