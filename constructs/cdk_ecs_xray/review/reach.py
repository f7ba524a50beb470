"""Whether an app's traces reach a collector, and by which way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cdk_ecs_xray.collectors.listening import on_loopback, port_of
from cdk_ecs_xray.collectors.recognition import may_collect
from cdk_ecs_xray.plan.network import XRAY_PORT
from cdk_ecs_xray.templates.address import (
    ADDRESS,
    DaemonAddress,
    Endpoint,
    Malformed,
    parse_address,
)
from cdk_ecs_xray.templates.model import Container, FoundCollector, TaskDefinition
from cdk_ecs_xray.unknown import Text, Unknown

OTLP_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# Modes in which containers of a task share one network interface.
SHARED_INTERFACE = ("awsvpc", "host")

Outcome = Literal["traced", "elsewhere", "not-traced", "unknown"]
Fault = Literal[
    "address-missing",
    "address-malformed",
    "address-unanswered",
    "link-missing",
    "localhost-in-bridge",
    "network-mode-none",
    "no-segments",
    "on-loopback",
]


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where an app's traces end up.

    :param outcome: ``elsewhere`` is a collector outside of the task definition.
    :param address: as the app sees it; None where nothing is set.
    :param collector: of the same task definition.
    :param reason: in words.
    :param fault: what is to be mended, by a name that rules know; None where nothing is.
    """

    outcome: Outcome
    address: Text | None
    collector: FoundCollector | None
    reason: str
    fault: Fault | None = None


def reach(app: Container, task: TaskDefinition) -> Reach:
    """Return where an app's traces end up, as far as the template tells."""
    value = app.environment.get(ADDRESS)
    if task.mode == "none":
        return _lost("network-mode-none", value, "in network mode none nothing leaves the task")
    if value is None:
        return _without_address(app, task)
    address = parse_address(value)
    if isinstance(address, Unknown):
        return _open(value, "the address is known at deployment only")
    if isinstance(address, Malformed):
        return _lost("address-malformed", value, f"the address is malformed: {address.why}")
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


def collector_named(task: TaskDefinition, name: Text) -> FoundCollector | None:
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
            return _over_otlp(task, endpoint)
    if not task.collectors and app.environment_complete:
        return _lost(None, None, "no collector in its task and no address set")
    if not app.environment_complete or isinstance(task.mode, Unknown):
        return _open(None, "its environment or network mode is not in the template")
    if task.mode not in SHARED_INTERFACE:
        reason = "no address set, and the SDKs' default is the app's own loopback"
        return _lost("address-missing", None, reason)
    collector = _listener(task, XRAY_PORT)
    if collector is None:
        return _lost("no-segments", None, "nothing answers at the SDKs' default address")
    return _sent(None, collector, "at the SDKs' default address, 127.0.0.1:2000")


def _over_otlp(task: TaskDefinition, endpoint: Text) -> Reach:
    for collector in task.collectors:
        if collector.listening.otlp:
            return _sent(endpoint, collector, "as OpenTelemetry spans")
    return _away(endpoint, "as OpenTelemetry spans, to somewhere outside of the task definition")


def _by_address(app: Container, task: TaskDefinition, value: Text, address: DaemonAddress) -> Reach:
    if isinstance(task.mode, Unknown):
        return _open(value, "the network mode is known at deployment only")
    if address.udp.is_loopback:
        return _over_loopback(app, task, value, address.udp.port)
    target = linked_name(app, address.udp.host) if task.mode == "bridge" else None
    if target is None:
        return _by_name(task, value, address.udp)
    collector = collector_named(task, target)
    if collector is None:
        return _open(value, f"a link leads to '{target}', whatever that is")
    return _through_link(collector, value, address.udp.port)


def _by_name(task: TaskDefinition, value: Text, endpoint: Endpoint) -> Reach:
    host = endpoint.host
    if any(str(container.name) == str(host) for container in task.containers):
        if task.mode == "bridge":
            return _lost("link-missing", value, f"no link leads to '{host}'")
        reason = f"in {task.mode} mode containers have no names, '{host}' leads nowhere"
        return _lost("address-unanswered", value, reason)
    if isinstance(host, Unknown):
        return _open(value, "the host is known at deployment only")
    if endpoint.is_ip or "." in host:
        return _away(value, "to a collector outside of the task definition")
    return _lost("address-unanswered", value, f"no container answers to '{host}'")


def _over_loopback(app: Container, task: TaskDefinition, value: Text, port: int) -> Reach:
    if task.mode == "bridge":
        reason = "in bridge mode loopback is the app's own, not the collector's"
        return _lost("localhost-in-bridge", value, reason)
    collector = _listener(task, port)
    if collector is not None:
        return _sent(value, collector, "over loopback")
    if task.mode == "host" and not task.collectors:
        return _away(value, "to a collector of the same instance")
    for other in task.apps:
        if other is not app and may_collect(other.name, other.image):
            return _open(value, f"'{other.name}' may be a collector")
    fault: Fault = "address-unanswered" if _takes_segments(task) else "no-segments"
    reason = f"nothing listens on UDP port {port}"
    return _lost(fault if task.collectors else "address-unanswered", value, reason)


def _through_link(collector: FoundCollector, value: Text, port: int) -> Reach:
    segments = collector.listening.segments
    listens = port_of(segments)
    if segments is None:
        return _lost("no-segments", value, "its collector takes no X-Ray segments")
    if on_loopback(segments):
        return _lost("on-loopback", value, "its collector listens on loopback only")
    if listens is not None and listens != port:
        reason = f"its collector listens on port {listens}"
        return _lost("address-unanswered", value, reason)
    return _sent(value, collector, "through a link")


def _listener(task: TaskDefinition, port: int) -> FoundCollector | None:
    for collector in task.collectors:
        segments = collector.listening.segments
        if segments is not None and port_of(segments) in (None, port):
            return collector
    return None


def _takes_segments(task: TaskDefinition) -> bool:
    return any(collector.listening.segments is not None for collector in task.collectors)


def _sent(address: Text | None, collector: FoundCollector, reason: str) -> Reach:
    return Reach(outcome="traced", address=address, collector=collector, reason=reason)


def _away(address: Text | None, reason: str) -> Reach:
    return Reach(outcome="elsewhere", address=address, collector=None, reason=reason)


def _open(address: Text | None, reason: str) -> Reach:
    return Reach(outcome="unknown", address=address, collector=None, reason=reason)


def _lost(fault: Fault | None, address: Text | None, reason: str) -> Reach:
    return Reach(outcome="not-traced", address=address, collector=None, reason=reason, fault=fault)
