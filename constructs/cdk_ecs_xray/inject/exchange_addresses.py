"""The addresses with which apps reach a collector that another one takes the place of. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.collectors.listening import LOOPBACK_HOSTS, port_of
from cdk_ecs_xray.collectors.recognition import RecognizedCollector
from cdk_ecs_xray.errors import Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject.definition import Definition, RawContainer
from cdk_ecs_xray.inject.edits import Addition
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.shape_check import CONTAINERS
from cdk_ecs_xray.plan.network import XRAY_PORT, SidecarNetwork

_ADDRESS = "AWS_XRAY_DAEMON_ADDRESS"
_OTLP = "OTEL_EXPORTER_OTLP_"


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """The apps' variables as they will be.

    :param environments: by container; only of those that change or are right as they are.
    :param additions: what changes in the file.
    """

    environments: Mapping[str, Sequence[Any]]
    additions: Sequence[Addition]


def corrected(
    definition: Definition,
    old: RawContainer,
    recognized: RecognizedCollector,
    *,
    options: TracingOptions,
    network: SidecarNetwork,
) -> Corrected:
    """Return what leads apps to the new collector where they led to the old one.

    An address stays where the new collector answers there as well, whatever it is spelled as.

    :raises UnsupportedTaskDefinitionError: for an address that nobody can read, or change.
    """
    prefix: tuple[str | int, ...] = () if definition.task is None else (CONTAINERS,)
    environments: dict[str, Sequence[Any]] = {}
    additions: list[Addition] = []
    problems: list[Problem] = []
    wanted = options.collector.application_environment(network.host(old["name"])).get(_ADDRESS)
    ports = {
        port_of(endpoint)
        for endpoint in (recognized.listening.segments, recognized.listening.sampling)
        if endpoint is not None
    }
    moved = ports - {XRAY_PORT}
    for position, app in enumerate(definition.containers):
        if app is old:
            continue
        where = f"{definition.where}, container '{app['name']}'"
        problems += _unreachable(where, app, recognized, moved)
        hosts = _hosts(app, old["name"], network)
        found = app.get("environment")
        pairs = list(found) if isinstance(found, list) else []
        for at, pair in enumerate(pairs):
            value = pair.get("value") if isinstance(pair, Mapping) else None
            if (
                wanted is None
                or not isinstance(value, str)
                or pair.get("name") != _ADDRESS
                or not _leads(value, hosts, ports)
            ):
                continue
            pairs[at] = {**pair, "value": wanted}
            environments[app["name"]] = pairs
            if not _leads(value, hosts, {XRAY_PORT}):
                path = (*prefix, position, "environment", at, "value")
                additions.append(Addition(path=path, value=wanted))
    if problems:
        raise UnsupportedTaskDefinitionError(*problems)
    return Corrected(environments=environments, additions=additions)


def _hosts(app: RawContainer, name: str, network: SidecarNetwork) -> frozenset[str]:
    links = app.get("links")
    parts = [str(link).partition(":") for link in (links if isinstance(links, list) else ())]
    aliases = {alias for target, _, alias in parts if target == name and alias}
    return frozenset(
        {network.host(name), *({name, *aliases} if network.linked else LOOPBACK_HOSTS)}
    )


def _leads(value: str, hosts: frozenset[str], ports: set[int | None]) -> bool:
    """Return whether all of an address leads to a collector: one for both, or ``udp:… tcp:…``."""
    parts = [part.removeprefix("udp:").removeprefix("tcp:") for part in value.split()]
    return bool(parts) and all(
        part.rpartition(":")[0] in hosts and port_of(part) in ports for part in parts
    )


def _unreachable(
    where: str, app: RawContainer, recognized: RecognizedCollector, moved: set[int | None]
) -> Sequence[Problem]:
    """Return what would lead to a port that nobody answers at any more."""
    spans = {port_of(one.endpoint) for one in recognized.listening.spans} - {None, 4317, 4318}
    found = []
    for key in ("environment", "secrets"):
        variables = app.get(key)
        for one in variables if isinstance(variables, list) else ():
            name, value = (str(one.get(part)) for part in ("name", "value"))
            secret = key == "secrets" and name == _ADDRESS and bool(moved)
            lost = name.startswith(_OTLP) and any(f":{port}" in value for port in spans)
            if secret or lost:
                found.append(
                    Problem(
                        where=where,
                        what=f"{name} must lead to a port that the new collector answers at",
                        got="a secret" if secret else f"'{value}'",
                        fix="Write the address into the file, or let the collector listen on its "
                        "usual ports first.",
                    )
                )
    return found
