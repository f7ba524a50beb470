"""Every SDK in one trace: the same caller, name, logs and map, whichever way the trace leaves.

The collector between is a stand-in: segments go on as the X-Ray daemon sends them, spans as X-Ray's
OTLP endpoint takes them. For the exporter ``xray`` the emulator's X-Ray reads spans as the
collector's ``awsxray`` exporter writes them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from cdk_ecs_xray import AdotCollector, Collector, XRayDaemon, XRayTracing
from cdk_ecs_xray.local.xray import XRayService
from tests.end_to_end.real_sdks.stand_in import StandIn, listening
from tests.end_to_end.real_sdks.test_wiring import (
    OPEN_TELEMETRY_APPS,
    SDKS,
    SECONDS,
    XRAY_APPS,
    App,
    needs_sdks,
    replaced,
    running,
)
from tests.local.spans import PROTOBUF, SCOPE, search_on

if TYPE_CHECKING:
    from tests.conftest import Synthesised

XRAY_CALLER = ("1-68d5f1c0-cccccccccccccccccccccccc", "dddddddddddddddd")
W3C_CALLER = ("1-68d5f1c0-aaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb")
python = OPEN_TELEMETRY_APPS["python"]
node = OPEN_TELEMETRY_APPS["node"]
REGISTER = SDKS / "node_modules/@opentelemetry/auto-instrumentations-node/build/src/register.js"
PLAIN = {"OTEL_PYTHON_DISTRO": "distro", "OTEL_PYTHON_CONFIGURATOR": "configurator"}
SEGMENTS = {f"x-ray-{language}": app for language, app in XRAY_APPS.items()}
SPANS = {
    **{f"distribution-{language}": app for language, app in OPEN_TELEMETRY_APPS.items()},
    "plain-python": App(command=python.command, environment={**python.environment, **PLAIN}),
    "plain-node": App(
        command=[*node.command[:2], str(REGISTER), *node.command[3:]], environment={}
    ),
}
APPS = {**SEGMENTS, **SPANS}
PARAMETERS = {"AWS::Partition": "aws", "AWS::Region": SCOPE.region, "AWS::AccountId": SCOPE.account}


def caller_of(name: str) -> tuple[str, str]:
    """Return the trace and the span that an app continues, by the header that it reads."""
    return W3C_CALLER if name == "plain-node" else XRAY_CALLER


def collector_of(name: str) -> Collector:
    return XRayDaemon() if name in SEGMENTS else AdotCollector(exporter="otlp")


@pytest.fixture(scope="module")
def environments(synthesise: Callable[..., Synthesised]) -> Mapping[str, Mapping[str, str]]:
    """What the kit sets on each app's container, with the deployment's values in it."""

    def build(stack: cdk.Stack) -> None:
        for name in APPS:
            task = ecs.FargateTaskDefinition(stack, name, cpu=512, memory_limit_mib=1024)
            group = logs.LogGroup.from_log_group_name(stack, f"{name}Logs", f"/shop/{name}")
            task.add_container(
                name,
                image=ecs.ContainerImage.from_registry("app:1"),
                logging=ecs.LogDriver.aws_logs(stream_prefix="app", log_group=group),
            )
            task.add_extension(XRayTracing(collector=collector_of(name), tracing_name=name))

    tasks = synthesise(build).resources("AWS::ECS::TaskDefinition").values()
    return {
        container["Name"]: {one["Name"]: value_of(one["Value"]) for one in container["Environment"]}
        for task in tasks
        for container in task["Properties"]["ContainerDefinitions"]
        if container["Name"] in APPS
    }


def value_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    ((function, given),) = value.items()
    if function == "Ref":
        return PARAMETERS[given]
    assert function == "Fn::Join"
    return str(given[0]).join(map(value_of, given[1]))


@pytest.fixture(scope="module")
def xray(
    environments: Mapping[str, Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> XRayService:
    """X-Ray once every app was called by the same caller, and its collector has sent on."""
    folder: Path = tmp_path_factory.mktemp("apps")
    # Whatever the service, it is recorded: what is asked of sampling is in test_wiring.py.
    with listening("*") as stand_in:
        for name, app in APPS.items():
            environment = replaced(environments[name], "127.0.0.1", stand_in)
            with running(app, environment, folder / name) as call:
                until_joined(call, stand_in, name)
    service = search_on(clock=time.time)
    documents = [json.dumps(segment) for segment in stand_in.segments]
    for start in range(0, len(documents), 50):
        body = json.dumps({"TraceSegmentDocuments": documents[start : start + 50]})
        put = service.answer(scope=SCOPE, path="/TraceSegments", body=body.encode())
        assert json.loads(put.body) == {"UnprocessedTraceSegments": []}
    for export in stand_in.exports:
        taken = service.answer(scope=SCOPE, path="/v1/traces", body=export, headers=PROTOBUF)
        assert (taken.status, taken.body) == (200, b"")
    return service


def until_joined(call: Callable[[str], str], stand_in: StandIn, name: str) -> None:
    """Call an app until what belongs to the caller's trace has arrived."""

    trace_id, _ = caller_of(name)

    def has_arrived() -> bool:
        if name in SEGMENTS:
            wanted = (name, trace_id)
            return any((one["name"], one["trace_id"]) == wanted for one in stand_in.segments)
        trace = bytes.fromhex(trace_id.replace("-", "")[1:])
        return any(trace in body and name.encode() in body for body in stand_in.exports)

    ends = time.monotonic() + SECONDS
    while True:
        call("round")
        with stand_in.arrived:
            if stand_in.arrived.wait_for(has_arrived, timeout=0.5):
                return
        assert time.monotonic() < ends, f"{name} never came"


@pytest.fixture(scope="module")
def segments(xray: XRayService) -> Mapping[str, Mapping[str, Any]]:
    """The documents that continue a caller's trace, by name."""
    found = xray.store(SCOPE).traces.batch({"TraceIds": [XRAY_CALLER[0], W3C_CALLER[0]]})
    documents = [
        document
        for trace in found["Traces"]
        for one in trace["Segments"]
        for document in (json.loads(one["Document"]),)
        if (trace["Id"], document.get("parent_id")) == caller_of(document["name"])
    ]
    return {one["name"]: one for one in documents}


@needs_sdks
@pytest.mark.parametrize("name", APPS)
def test_every_sdk_is_in_its_callers_trace_under_its_name(
    segments: Mapping[str, Mapping[str, Any]], name: str
) -> None:
    assert segments[name]["end_time"] >= segments[name]["start_time"]


@needs_sdks
def test_every_sdk_is_in_the_map(xray: XRayService) -> None:
    graph = xray.store(SCOPE).traces.trace_graph({"TraceIds": [XRAY_CALLER[0], W3C_CALLER[0]]})
    names = {one["Name"] for one in graph["Services"] if one.get("Type") != "client"}
    assert names == set(APPS)


@needs_sdks
@pytest.mark.parametrize("name", SPANS)
def test_a_span_names_the_log_group_of_its_container(
    segments: Mapping[str, Mapping[str, Any]], name: str
) -> None:
    groups = segments[name]["aws"]["cloudwatch_logs"]
    arn = f"arn:aws:logs:{SCOPE.region}:{SCOPE.account}:log-group:/shop/{name}"
    assert [one["arn"].removesuffix(":*") for one in groups] == [arn]
