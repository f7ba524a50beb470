"""Whether an app's traces reach a collector, and by which way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from cdk_ecs_xray.collectors.companions import ENVOY_TRACING, traces_itself
from cdk_ecs_xray.collectors.exporter import is_traces_endpoint
from cdk_ecs_xray.plan.network import OTLP_GRPC_PORT, OTLP_HTTP_PORT, XRAY_PORT
from cdk_ecs_xray.review.answer import (
    SHARED_INTERFACE,
    Answer,
    Protocol,
    Reach,
    Wanted,
    cannot_tell,
    lost,
)
from cdk_ecs_xray.review.instrumentation import uses_open_telemetry, uses_xray_sdk
from cdk_ecs_xray.review.rule import Found, Search, each_app
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.review.way import any_listener, by_endpoint
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.address import (
    ADDRESS,
    DaemonAddress,
    Endpoint,
    Malformed,
    parse_address,
)
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition
from cdk_ecs_xray.templates.otlp import (
    GENERIC,
    OF_TRACES,
    SpanDestination,
    other_destinations,
    other_exporter,
    protocol_of,
    silence,
    span_destination,
)
from cdk_ecs_xray.unknown import Text, Unknown

_ENVOY_PORT = "XRAY_DAEMON_PORT"
_RANK = {"connected": 0, "cannot-tell": 1, "not-connected": 2}
_SPANS = "/v1/traces"


def reach(app: Container, task: TaskDefinition) -> Reach:
    """Return where an app's traces end up: by the best of the ways that it is set up for."""
    return min(reaches(app, task), key=lambda one: _RANK[one.outcome])


def reaches(app: Container, task: TaskDefinition) -> Sequence[Reach]:
    """Return where each variable of an app leads, as far as the template shows; at least one."""
    set_up = list(_set_up(app, task))
    return set_up or [_by_default(app, task)]


def others_reach(app: Container, task: TaskDefinition) -> Sequence[Reach]:
    """Return where the endpoints for metrics and logs lead, which carry no traces."""
    return [_spans_to(app, task, one) for one in other_destinations(app.environment)]


def each_reach(check: Callable[[TaskDefinition, Container, Reach], Iterable[Found]]) -> Search:
    """Return a check of every way that an app is set up for, one at a time.

    What is wrong with one way is a warning where another one leads to a collector, or where it
    carries metrics and logs alone.
    """

    def every(task: TaskDefinition, app: Container) -> Iterator[Found]:
        ways = reaches(app, task)
        arrives = any(one.outcome == "connected" for one in ways)
        for one in ways:
            yield from _softened(check(task, app, one), arrives)
        for one in others_reach(app, task):
            yield from _softened(check(task, app, one), softer=True)

    return each_app(every)


def _softened(found: Iterable[Found], softer: bool) -> Iterator[Found]:  # noqa: FBT001 - private
    for one in found:
        yield replace(one, severity=Severity.WARNING) if softer and one.severity is None else one


def _set_up(app: Container, task: TaskDefinition) -> Iterator[Reach]:
    value = app.environment.get(ADDRESS)
    if value is not None:
        yield _with(_by_address(app, task, value), ADDRESS, value, "xray")
    if traces_itself(app.environment):
        port = app.environment.get(_ENVOY_PORT, str(XRAY_PORT))
        value = f"127.0.0.1:{port}"
        yield _with(_by_address(app, task, value), ENVOY_TRACING, value, "xray")
    spans = span_destination(app.environment)
    if spans is None:
        return
    other = other_exporter(app.environment)
    quiet = silence(app.environment)
    if quiet is not None:
        answer = lost(None, f"{quiet}, so no spans are sent")
        yield _with(answer, spans.variable, spans.value, "otlp")
    elif other is not None:
        answer = cannot_tell(f"spans leave by the exporter '{other}'")
        yield _with(answer, spans.variable, spans.value, "otlp")
    else:
        yield _spans_to(app, task, spans)


def _spans_to(app: Container, task: TaskDefinition, spans: SpanDestination) -> Reach:
    endpoint = spans.endpoint
    wanted = Wanted(protocol="otlp", port=0, spans=protocol_of(app.environment), tls=spans.tls)
    if isinstance(endpoint, Malformed):
        answer = lost("address-malformed", f"the endpoint is malformed: {endpoint.why}")
    elif is_traces_endpoint(spans.value):
        answer = _to_xray_itself(spans)
    elif isinstance(endpoint, Unknown):
        answer = cannot_tell(f"the endpoint is {voice_for(task).later}")
    else:
        answer = by_endpoint(app, task, endpoint, replace(wanted, port=endpoint.port))
        answer = _with_path(answer, spans)
    return _with(answer, spans.variable, spans.value, "otlp")


def _to_xray_itself(spans: SpanDestination) -> Answer:
    """Return whether AWS's distributions sign for an address, which they do for one form of it."""
    if spans.variable == OF_TRACES and spans.path == _SPANS:
        return cannot_tell("spans go to X-Ray itself, for which AWS's distributions sign")
    return lost(None, f"spans for X-Ray itself are signed in {OF_TRACES} with {_SPANS} only")


def _with_path(answer: Answer, spans: SpanDestination) -> Answer:
    """Return the answer, unless the receiver has nothing at the path of the endpoint.

    The specification takes the variable of one signal as it is and appends to the generic one.
    """
    over_http = answer.spans == "http"
    wrong = (spans.variable == OF_TRACES and spans.path == "") or (
        spans.variable == GENERIC and spans.path.endswith(_SPANS)
    )
    if answer.outcome != "connected" or not over_http or not wrong:
        return answer
    sent = f"{spans.path}{_SPANS}" if spans.variable == GENERIC else "/"
    reason = f"spans go to the path {sent} over HTTP, where the receiver has {_SPANS}"
    return lost("otlp-path", reason, collector=answer.collector)


def _by_address(app: Container, task: TaskDefinition, value: Text) -> Answer:
    address = parse_address(value)
    if isinstance(address, Unknown):
        return cannot_tell(f"the address is {voice_for(task).later}")
    if isinstance(address, Malformed):
        return lost("address-malformed", f"the address is malformed: {address.why}")
    return _at(app, task, address)


def _at(app: Container, task: TaskDefinition, address: DaemonAddress) -> Answer:
    wanted = Wanted(protocol="xray", port=address.udp.port)
    return by_endpoint(app, task, address.udp, wanted)


def _by_default(app: Container, task: TaskDefinition) -> Reach:
    """Return where traces go where no variable says: to the SDKs' own default, if anywhere."""
    quiet = silence(app.environment)
    protocol: Protocol = "xray"
    if quiet is not None and not uses_xray_sdk(app):
        answer = lost(None, f"{quiet}, so no spans are sent")
    elif task.mode == "none":
        answer = lost("network-mode-none", "in network mode none nothing leaves the task")
    elif not app.environment_complete or isinstance(task.mode, Unknown):
        answer = cannot_tell(f"its environment or network mode is not in {voice_for(task).source}")
    elif (named := _own_variable(app, task)) is not None:
        answer = cannot_tell(f"{named} names the collector, and no SDK's variable does")
    elif uses_open_telemetry(app) and not uses_xray_sdk(app):
        protocol, answer = "otlp", _default_spans(app, task)
    else:
        answer = _default_segments(app, task)
    return _with(answer, None, None, protocol)


def _default_segments(app: Container, task: TaskDefinition) -> Answer:
    if not any_listener(app, task):
        return lost(None, "no collector in its task and no address set")
    if task.mode not in SHARED_INTERFACE:
        reason = "no address set, and the SDKs' default is the app's own loopback"
        return lost("address-missing" if task.collectors else None, reason)
    takes_spans = any(one.listening.otlp for one in task.collectors)
    segments = [one for one in task.collectors if one.listening.segments is not None]
    if takes_spans and not segments and not uses_xray_sdk(app):
        return _default_spans(app, task)
    answer = by_endpoint(
        app,
        task,
        Endpoint(host="127.0.0.1", port=XRAY_PORT),
        Wanted(protocol="xray", port=XRAY_PORT),
    )
    if answer.outcome == "connected":
        return replace(answer, reason="at the SDKs' default address, 127.0.0.1:2000")
    if answer.fault is not None:
        return lost("no-segments", "nothing answers at the SDKs' default address")
    return answer


def _default_spans(app: Container, task: TaskDefinition) -> Answer:
    if not any_listener(app, task):
        return lost(None, "no collector in its task and no endpoint set")
    if task.mode not in SHARED_INTERFACE:
        reason = "no endpoint set, and the SDKs' default is the app's own loopback"
        return lost("address-missing" if task.collectors else None, reason)
    protocol = protocol_of(app.environment)
    ports = {"grpc": [OTLP_GRPC_PORT], "http": [OTLP_HTTP_PORT]}.get(
        str(protocol), [OTLP_GRPC_PORT, OTLP_HTTP_PORT]
    )
    answers = [
        by_endpoint(
            app,
            task,
            Endpoint(host="localhost", port=port),
            Wanted(protocol="otlp", port=port, spans=protocol),
        )
        for port in ports
    ]
    best = min(answers, key=lambda one: _RANK[one.outcome])
    worst = max(answers, key=lambda one: _RANK[one.outcome])
    if best.outcome == "connected" and worst.outcome != "connected":
        return cannot_tell("its collector listens on one of the SDKs' two default ports")
    if best.outcome == "connected":
        where = " or ".join(f"localhost:{port}" for port in ports)
        return replace(best, reason=f"at OpenTelemetry's default endpoint, {where}")
    return best


def _own_variable(app: Container, task: TaskDefinition) -> str | None:
    """Return a variable of the app's own that names a collector and a port of it."""
    shared = task.mode in SHARED_INTERFACE
    hosts = {"localhost", "127.0.0.1"} if shared else set()
    hosts |= {str(one.container.name) for one in task.collectors}
    for name, value in app.environment.items():
        # A sampler's argument, say, is no place that spans are sent to.
        if name.startswith(("OTEL_", "AWS_XRAY_")):
            continue
        for port in (XRAY_PORT, OTLP_GRPC_PORT, OTLP_HTTP_PORT):
            if task.collectors and any(f"{host}:{port}" in str(value) for host in hosts):
                return name
    return None


def _with(answer: Answer, variable: str | None, value: Text | None, protocol: Protocol) -> Reach:
    return Reach(
        outcome=answer.outcome,
        variable=variable,
        protocol=protocol,
        address=value,
        collector=answer.collector,
        reason=answer.reason,
        fault=answer.fault,
    )
