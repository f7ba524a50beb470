"""Follows an endpoint to the container that answers there, by the rules of the network mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cdk_ecs_xray.collectors.listening import SpanReceiver, on_loopback, port_of
from cdk_ecs_xray.collectors.recognition import may_collect, recognize
from cdk_ecs_xray.review.answer import (
    Answer,
    Wanted,
    cannot_tell,
    connected,
    lost,
)
from cdk_ecs_xray.review.voice import Voice, voice_for
from cdk_ecs_xray.templates.address import Endpoint
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition
from cdk_ecs_xray.unknown import Text, Unknown

_XRAY_HOST = "xray."
# Where vendors take spans: https://opentelemetry.io/ecosystem/vendors/ and their own pages.
_VENDORS = (
    "axiom.co",
    "coralogix.com",
    "datadoghq.com",
    "datadoghq.eu",
    "dynatrace.com",
    "elastic-cloud.com",
    "grafana.net",
    "honeycomb.io",
    "lightstep.com",
    "logz.io",
    "nr-data.net",
    "observeinc.com",
    "sentry.io",
    "signalfx.com",
    "signoz.cloud",
    "sumologic.com",
    "uptrace.dev",
)


def by_endpoint(app: Container, task: TaskDefinition, endpoint: Endpoint, wanted: Wanted) -> Answer:
    """Return what becomes of what an app sends to an endpoint."""
    voice = voice_for(task)
    wanted = replace(wanted, voice=voice)
    if task.mode == "none":
        return lost("network-mode-none", "in network mode none nothing leaves the task")
    if isinstance(task.mode, Unknown):
        return cannot_tell(f"the network mode is {voice.later}")
    if endpoint.is_loopback or endpoint.is_unspecified:
        return _over_loopback(app, task, wanted)
    target = linked_name(app, endpoint.host) if task.mode == "bridge" else None
    if target is not None:
        return _through_link(task, target, wanted)
    if str(endpoint.host) in app.extra_hosts:
        named = voice.member("ExtraHosts")
        return cannot_tell(f"'{endpoint.host}' is in the container's {named}")
    return _by_name(task, endpoint, wanted)


def _through_link(task: TaskDefinition, target: str, wanted: Wanted) -> Answer:
    collector = collector_named(task, target)
    if collector is not None:
        return _at_collector(collector, wanted, way="through a link", linked=True)
    if _collects_elsewhere(_named(task, target)):
        return lost(None, f"'{target}' does not send traces to X-Ray")
    return cannot_tell(f"a link leads to '{target}', whatever that is")


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


def any_listener(app: Container, task: TaskDefinition) -> bool:
    """Return whether something in an app's task may take its traces."""
    return bool(task.collectors) or any(
        may_collect(other.name, other.image) for other in task.apps if other is not app
    )


def _by_name(task: TaskDefinition, endpoint: Endpoint, wanted: Wanted) -> Answer:
    host = endpoint.host
    if _named(task, host) is not None:
        if task.mode == "bridge":
            return lost("link-missing", f"no link leads to '{host}'")
        reason = f"in {task.mode} mode containers have no names, '{host}' leads nowhere"
        return lost("address-unanswered", reason)
    if isinstance(host, Unknown):
        return cannot_tell(f"the host is {wanted.voice.later}")
    return _outside(task, endpoint, host.lower(), wanted)


def _outside(task: TaskDefinition, endpoint: Endpoint, name: str, wanted: Wanted) -> Answer:
    if wanted.protocol == "otlp" and name.startswith(_XRAY_HOST):
        return cannot_tell("straight to X-Ray's endpoint, if the SDK signs its requests")
    if name.endswith(_VENDORS):
        return lost(None, f"sent to {name}, which is not X-Ray")
    if wanted.protocol == "xray" and endpoint.is_ip and task.beside_daemon:
        return Answer(outcome="connected", reason="to the collector of its instance")
    if endpoint.is_ip or "." in name:
        return cannot_tell(f"sent to {name}, outside of the task definition")
    # Service Connect gives names to services for TCP; no other service of ECS is called so.
    if wanted.protocol == "otlp" and (
        not task.services or any(one.connect for one in task.services)
    ):
        return cannot_tell(f"'{name}' may be a name of Service Connect")
    return lost("address-unanswered", f"no container answers to '{name}'")


def _over_loopback(app: Container, task: TaskDefinition, wanted: Wanted) -> Answer:
    if task.mode == "bridge":
        reason = "in bridge mode loopback is the app's own, not the collector's"
        return lost("localhost-in-bridge", reason)
    answers = [
        _at_collector(collector, wanted, way="over loopback", linked=False)
        for collector in task.collectors
    ]
    arrived = [one for one in answers if one.outcome != "not-connected"]
    if arrived:
        return min(arrived, key=lambda one: one.outcome != "connected")
    other = _by_others(app, task, wanted)
    return _unheard(answers, wanted) if other is None else other


def _by_others(app: Container, task: TaskDefinition, wanted: Wanted) -> Answer | None:
    """Return what becomes of traces that something else than a collector of X-Ray's may take."""
    for other in task.companions:
        if _collects_elsewhere(other) and _takes(other, wanted):
            return lost(None, f"'{other.name}' does not send traces to X-Ray")
    if task.mode == "host" and not task.collectors:
        return cannot_tell("sent to whatever listens on the instance")
    for other in [*task.apps, *task.companions]:
        if other is not app and _may_answer(other, wanted):
            return cannot_tell(f"'{other.name}' may be a collector")
    return None


def _unheard(answers: Sequence[Answer], wanted: Wanted) -> Answer:
    wrong = [
        answer for answer in answers if answer.fault in ("otlp-protocol", "otlp-tls", "no-spans")
    ]
    kind = "UDP" if wanted.protocol == "xray" else "TCP"
    if wrong:
        return wrong[0]
    if answers and all(answer.fault == "no-segments" for answer in answers):
        return lost("no-segments", f"nothing listens on {kind} port {wanted.port}")
    return lost("address-unanswered", f"nothing listens on {kind} port {wanted.port}")


def _at_collector(collector: FoundCollector, wanted: Wanted, *, way: str, linked: bool) -> Answer:
    if wanted.protocol == "otlp":
        return _spans_at(collector, wanted, way=way, linked=linked)
    segments = collector.listening.segments
    listens = port_of(segments)
    if segments is None:
        return lost("no-segments", "its collector takes no X-Ray segments")
    if linked and on_loopback(segments):
        return lost("on-loopback", "its collector listens on loopback only")
    if listens is not None and listens != wanted.port:
        return lost("address-unanswered", f"its collector listens on port {listens}")
    return _arrived(collector, way, wanted.voice)


def _spans_at(collector: FoundCollector, wanted: Wanted, *, way: str, linked: bool) -> Answer:
    listening = collector.listening
    if not listening.otlp:
        return lost("no-spans", "its collector takes no OpenTelemetry spans", collector=collector)
    if not listening.spans:
        return _arrived(collector, way, wanted.voice)
    there = [one for one in listening.spans if port_of(one.endpoint) in (None, wanted.port)]
    if not there:
        ports = ", ".join(str(port_of(one.endpoint)) for one in listening.spans)
        reason = f"its collector takes OpenTelemetry spans on port {ports}"
        return lost("address-unanswered", reason)
    if linked and all(on_loopback(one.endpoint) for one in there):
        return lost("on-loopback", "its collector listens on loopback only")
    spoken = [one for one in there if wanted.spans in (None, one.protocol)]
    misfit = _misfit(there, spoken, wanted)
    if misfit is not None:
        return misfit
    found = _arrived(collector, way, wanted.voice, spoken=spoken[0] if len(spoken) == 1 else None)
    certain = any(port_of(one.endpoint) == wanted.port for one in spoken)
    later = cannot_tell(f"the collector's ports are {wanted.voice.later}")
    return found if certain else later


def _misfit(
    there: Sequence[SpanReceiver], spoken: Sequence[SpanReceiver], wanted: Wanted
) -> Answer | None:
    """Return why none of the receivers of a port takes what is sent; None where one does."""
    if not spoken:
        reason = f"port {wanted.port} takes {there[0].protocol}, and the app sends {wanted.spans}"
        return lost("otlp-protocol", reason)
    if wanted.tls is None or any(one.tls is wanted.tls for one in spoken):
        return None
    taken, sent = ("plain text", "TLS") if wanted.tls else ("TLS", "plain text")
    return lost("otlp-tls", f"port {wanted.port} takes {taken}, and the app sends {sent}")


def _arrived(
    collector: FoundCollector, way: str, voice: Voice, *, spoken: SpanReceiver | None = None
) -> Answer:
    if isinstance(collector.configuration, Unknown):
        reason = f"the configuration of '{collector.container.name}' is not in {voice.source}"
        return cannot_tell(reason, collector=collector)
    if collector.recognized.collects_traces is not True:
        reason = f"'{collector.container.name}' is recognized by its name alone"
        return cannot_tell(reason, collector=collector)
    return connected(collector, way, spans=None if spoken is None else spoken.protocol)


def _named(task: TaskDefinition, name: Text) -> Container | None:
    return next((one for one in task.containers if str(one.name) == str(name)), None)


def _collects_elsewhere(container: Container | None) -> bool:
    """Return whether a container is a collector of something else than X-Ray's traces."""
    found = None if container is None else recognize(container.evidence)
    return found is not None and found.collects_traces is False


def _takes(container: Container, wanted: Wanted) -> bool:
    found = recognize(container.evidence)
    spans: Sequence[SpanReceiver] = () if found is None else found.listening.spans
    return any(port_of(one.endpoint) == wanted.port for one in spans)


def _may_answer(container: Container, wanted: Wanted) -> bool:
    if may_collect(container.name, container.image):
        return not _collects_elsewhere(container)
    return any(port.container == wanted.port for port in container.ports)
