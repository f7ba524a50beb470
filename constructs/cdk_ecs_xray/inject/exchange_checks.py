"""What would end with a collector that another one takes the place of. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.collectors import CollectorContainer, Placement
from cdk_ecs_xray.collectors.description import opened_by
from cdk_ecs_xray.collectors.otlp_export import otlp_sign
from cdk_ecs_xray.collectors.recognition import RecognizedCollector
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.inject.apps import apps_of
from cdk_ecs_xray.inject.definition import Definition, RawContainer, facts_of, members, wiring_of
from cdk_ecs_xray.inject.evidence import evidence_of
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.placeholders import is_open
from cdk_ecs_xray.inject.shape_check import kind_of
from cdk_ecs_xray.plan.network import SidecarNetwork
from cdk_ecs_xray.plan.open_telemetry import takes_spans
from cdk_ecs_xray.plan.wiring import START, Warned
from cdk_ecs_xray.unknown import Unknown

_HEALTHY = "HEALTHY"
_ADDRESS = "AWS_XRAY_DAEMON_ADDRESS"


def exchange_problems(
    definition: Definition,
    old: RawContainer,
    recognized: RecognizedCollector,
    *,
    apps: Sequence[RawContainer],
    options: TracingOptions,
    network: SidecarNetwork,
) -> Sequence[Problem]:
    """Return everything that nobody can read, or that the new collector would not do.

    :param apps: all other containers.
    """
    where = f"{definition.where}, container '{old['name']}'"
    unread = [_unread(where, what) for what in _unreadable(old, recognized)]
    if unread:
        return unread
    return [
        *_demanded(where, old, recognized, options),
        *_protocols(where, recognized, apps, options),
        *_ports(where, old, options, network),
        *_order(where, definition, old, options, network),
    ]


def given_up(where: str, old: RawContainer, recognized: RecognizedCollector) -> Sequence[Warned]:
    """Return a warning for what the old collector could do and nobody asked for."""
    return [
        Warned(
            id="ecs-xray:replaced-gives-up",
            problem=Problem(
                where=f"{where}, container '{old['name']}'",
                what=f"the configuration in its image also takes {one}, which the new collector "
                "does not",
                fix="If the apps send them, leave the collector as it is.",
            ),
        )
        for one in recognized.demands(evidence_of(old)).given_up
    ]


def _unreadable(old: RawContainer, recognized: RecognizedCollector) -> Iterator[str]:
    configuration = recognized.configuration
    if recognized.engine is None:
        yield f"the image '{old.get('image')}'"
    elif isinstance(configuration, Unknown):
        yield f"its configuration, {configuration.expression}"
    elif recognized.collects_traces is None:
        yield f"the image '{old.get('image')}'"
    if old.get("environmentFiles"):
        yield "environmentFiles"
    for key in ("entryPoint", "command"):
        value = old.get(key)
        # Of a placeholder the collector's own reading says what is not known.
        if value is not None and not is_open(value) and not _is_texts(value):
            yield f"{key}, which is {kind_of(value)} and no list of texts"


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _unread(where: str, what: str) -> Problem:
    return Problem(
        where=where,
        what="all that the collector does must be in the file, as what is elsewhere would be lost",
        got=what,
        fix="Write it into the file, or replace the container by hand.",
    )


def _demanded(
    where: str, old: RawContainer, recognized: RecognizedCollector, options: TracingOptions
) -> Iterator[Problem]:
    demands = recognized.demands(evidence_of(old))
    beyond = list(demands.beyond)
    beyond += [f"the region {demands.region}"] if isinstance(demands.region, Unknown) else []
    role = demands.role_arn
    if isinstance(role, Unknown):
        beyond.append(f"the role {role}")
    elif role is not None and getattr(options.collector, "role_arn", None) != role:
        beyond.append(f"the role '{role}'")
    if beyond:
        yield Problem(
            where=where,
            what="the collector must do nothing that the new one does not",
            got=", ".join(beyond),
            fix="Take that out first, or leave the collector as it is.",
        )


def _protocols(
    where: str,
    recognized: RecognizedCollector,
    apps: Sequence[RawContainer],
    options: TracingOptions,
) -> Iterator[Problem]:
    given = options.collector.application_environment("localhost")
    takes = "Take one that does, such as --collector adot (AdotCollector() in Python)."
    if "xray" in recognized.protocols and _ADDRESS not in given:
        yield Problem(
            where=where,
            what="the new collector must take segments of X-Ray SDKs, as this one does",
            fix=takes,
        )
    if "otlp" not in recognized.protocols or takes_spans(given):
        return
    signs = {
        app["name"]: sign
        for app in apps
        if (sign := otlp_sign(wiring_of(app, where="").environment)) is not None
    }
    if signs or "xray" not in recognized.protocols:
        yield Problem(
            where=where,
            what="the new collector must take OpenTelemetry's protocol, as this one does",
            got=", ".join(f"{sign} of '{name}'" for name, sign in signs.items()) or None,
            fix=takes,
        )


def _ports(
    where: str, old: RawContainer, options: TracingOptions, network: SidecarNetwork
) -> Iterator[Problem]:
    opened = {
        (port, ports.transport)
        for ports in opened_by(_described(options, network))
        for port in ports.numbers
    }
    for ports in facts_of(old).ports:
        for port in ports.numbers:
            if (port, ports.transport) not in opened:
                yield Problem(
                    where=where,
                    what="portMappings must have only ports that the new collector opens",
                    got=f"{port}/{ports.transport}",
                    fix="Remove the mapping if nobody sends there.",
                )


def _order(
    where: str,
    definition: Definition,
    old: RawContainer,
    options: TracingOptions,
    network: SidecarNetwork,
) -> Iterator[Problem]:
    name = old["name"]
    healthy = _described(options, network).health_check is not None
    accepted = {START, *([_HEALTHY] if healthy else [])}
    for container in definition.containers:
        there = f"{definition.where}, container '{container['name']}'"
        for one in members(container, "dependsOn"):
            if one["containerName"] == name and one["condition"] not in accepted:
                yield Problem(
                    where=there,
                    what=f"dependsOn '{name}' must be {' or '.join(sorted(accepted))}, as the new "
                    "collector never meets another condition",
                    got=str(one["condition"]),
                    fix="Write START.",
                )
        if any(one.get("sourceContainer") == name for one in members(container, "volumesFrom")):
            yield Problem(
                where=there,
                what=f"it must need nothing of the image of '{name}'",
                got="volumesFrom",
                fix="Take it out first.",
            )
    apps = {container["name"] for _, container in apps_of(definition, sidecar=name)}
    links = old.get("links")
    needed = [str(link).partition(":")[0] for link in (links if isinstance(links, list) else ())]
    needed += [str(one["containerName"]) for one in members(old, "dependsOn")]
    for app in dict.fromkeys(one for one in needed if one in apps):
        yield Problem(
            where=where,
            what="the collector must wait for no app, as apps wait for it",
            got=f"'{app}'",
            fix="Take the dependency or the link out first.",
        )


def _described(options: TracingOptions, network: SidecarNetwork) -> CollectorContainer:
    # Ports and health check are the same in every region, which may not be known yet.
    return options.collector.describe(
        Placement(network=network, region="", memory_mib=options.profile.usable_memory_mib)
    )
