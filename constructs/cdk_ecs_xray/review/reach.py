"""Whether an app's traces reach a collector, and by which way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cdk_ecs_xray.network import XRAY_PORT
from cdk_ecs_xray.review.address import DaemonAddress, Endpoint, Malformed, parse_address
from cdk_ecs_xray.review.listening import listening, on_loopback, port_of
from cdk_ecs_xray.review.model import Collector, Container, TaskDefinition
from cdk_ecs_xray.review.values import Text, Unknown

ADDRESS = "AWS_XRAY_DAEMON_ADDRESS"
OTLP_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# Modes in which containers of a task share one network interface.
SHARED_INTERFACE = ("awsvpc", "host")

Outcome = Literal["traced", "elsewhere", "not-traced", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where an app's traces end up.

    :param outcome: ``elsewhere`` is a collector outside of the task definition.
    :param address: as the app sees it; None where nothing is set.
    :param collector: of the same task definition.
    :param reason: in words.
    """

    outcome: Outcome
    address: Text | None
    collector: Collector | None
    reason: str


def reach(app: Container, task: TaskDefinition) -> Reach:
    """Return where an app's traces end up, as far as the template tells."""
    value = app.environment.get(ADDRESS)
    if value is None:
        return _without_address(app, task)
    address = parse_address(value)
    if isinstance(address, Unknown):
        return _found("unknown", value, None, "the address is known at deployment only")
    if isinstance(address, Malformed):
        return _found("not-traced", value, None, f"the address is malformed: {address.why}")
    return _by_address(app, task, value, address)


def linked_name(app: Container, host: Text) -> str | None:
    """Return the container that a host name leads to through a link; None where no link has it.

    Docker knows a linked container by its alias and by its name.
    """
    for link in app.links:
        target, alias = split_link(link)
        if str(host) in (target, alias):
            return target
    return None


def split_link(link: Text) -> tuple[str, str]:
    """Return the container and the alias of a link, which are one where it has no alias."""
    # The colons of ${AWS::Region} separate nothing.
    target, _, alias = str(link).replace("::", "\0").partition(":")
    target = target.replace("\0", "::")
    return target, alias.replace("\0", "::") or target


def collector_named(task: TaskDefinition, name: Text) -> Collector | None:
    """Return the task's collector of that container name."""
    for collector in task.collectors:
        if str(collector.container.name) == str(name):
            return collector
    return None


def uses_xray_sdk(app: Container) -> bool:
    """Return whether an app is set up for an X-Ray SDK, as opposed to OpenTelemetry's."""
    return any(name.startswith("AWS_XRAY_") for name in app.environment)


def uses_open_telemetry(app: Container) -> bool:
    """Return whether an app is set up for an OpenTelemetry SDK."""
    return any(name.startswith("OTEL_") for name in app.environment)


def _without_address(app: Container, task: TaskDefinition) -> Reach:
    for name in OTLP_ENDPOINTS:
        endpoint = app.environment.get(name)
        if endpoint is not None:
            collector = next((one for one in task.collectors if listening(one).otlp), None)
            outcome: Outcome = "elsewhere" if collector is None else "traced"
            return _found(outcome, endpoint, collector, "spans over OpenTelemetry's protocol")
    if not app.environment_complete:
        return _found("unknown", None, None, "its environment comes from a file")
    if not task.collectors:
        return _found("not-traced", None, None, "no collector in its task and no address set")
    if task.mode in SHARED_INTERFACE:
        collector = _listener(task, XRAY_PORT)
        if collector is not None:
            return _found("traced", None, collector, "the SDKs' default address, 127.0.0.1:2000")
        return _found("not-traced", None, None, "nothing answers at the SDKs' default address")
    return _found("not-traced", None, None, "no address set, and the SDKs' default is itself")


def _by_address(app: Container, task: TaskDefinition, value: Text, address: DaemonAddress) -> Reach:
    host, port = address.udp.host, address.udp.port
    if isinstance(task.mode, Unknown):
        return _found("unknown", value, None, "the network mode is known at deployment only")
    if address.udp.is_loopback:
        return _over_loopback(task, value, port)
    target = linked_name(app, host) if task.mode == "bridge" else None
    collector = None if target is None else collector_named(task, target)
    if collector is not None:
        return _through_link(collector, value, port)
    return _by_name(task, value, address.udp)


def _by_name(task: TaskDefinition, value: Text, endpoint: Endpoint) -> Reach:
    host = endpoint.host
    if any(str(one.name) == str(host) for one in task.containers):
        return _found("not-traced", value, None, _why_name_fails(task, host))
    if isinstance(host, Unknown):
        return _found("unknown", value, None, "the host is known at deployment only")
    if endpoint.is_ip or "." in host:
        return _found("elsewhere", value, None, "a collector outside of the task definition")
    return _found("not-traced", value, None, f"no container answers to '{host}'")


def _why_name_fails(task: TaskDefinition, host: Text) -> str:
    if task.mode == "bridge":
        return f"no link leads to '{host}'"
    return f"containers have no names in {task.mode} mode, '{host}' leads nowhere"


def _over_loopback(task: TaskDefinition, value: Text, port: int) -> Reach:
    if task.mode == "bridge":
        return _found("not-traced", value, None, "in bridge mode it is the app's own loopback")
    collector = _listener(task, port)
    if collector is not None:
        return _found("traced", value, collector, "over loopback")
    if task.mode == "host" and not task.collectors:
        return _found("elsewhere", value, None, "a collector of the same instance")
    return _found("not-traced", value, None, f"nothing listens on UDP port {port}")


def _through_link(collector: Collector, value: Text, port: int) -> Reach:
    segments = listening(collector).segments
    listens = port_of(segments)
    if segments is None:
        return _found("not-traced", value, collector, "its collector takes no X-Ray segments")
    if on_loopback(segments):
        return _found("not-traced", value, collector, "its collector listens on loopback only")
    if listens is not None and listens != port:
        return _found("not-traced", value, collector, f"its collector listens on port {listens}")
    return _found("traced", value, collector, "through a link")


def _listener(task: TaskDefinition, port: int) -> Collector | None:
    for collector in task.collectors:
        segments = listening(collector).segments
        if segments is not None and port_of(segments) in (None, port):
            return collector
    return None


def _found(
    outcome: Outcome, address: Text | None, collector: Collector | None, reason: str
) -> Reach:
    return Reach(outcome=outcome, address=address, collector=collector, reason=reason)
