"""The wiring against real SDKs, as processes with the environment of the synthesised task.

Of that environment the host alone is replaced, by an address of this test's own: a link's name is
in no hosts file here, and 127.0.0.1:2000 may be somebody's. Ports, paths and the rest stay.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, Collector, XRayDaemon, XRayTracing
from tests.end_to_end.real_sdks.stand_in import StandIn, listening

HERE = Path(__file__).parent
VENV = Path(sys.prefix)
SDKS = VENV / "sdks"
NODE = VENV / "bin" / "node"
DISTRIBUTION = SDKS / "node_modules/@aws/aws-distro-opentelemetry-node-autoinstrumentation"
SERVICE = "checkout"
MODES = {
    "bridge": ecs.NetworkMode.BRIDGE,
    "host": ecs.NetworkMode.HOST,
    "awsvpc": ecs.NetworkMode.AWS_VPC,
}
SECONDS = 240
REQUESTS = 5
ANSWER = "answer "
DECODE = """
import base64, json, sys
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
bodies = [base64.b64decode(line) for line in sys.stdin]
print(json.dumps([MessageToDict(ExportTraceServiceRequest.FromString(body)) for body in bodies]))
"""

needs_sdks = pytest.mark.skipif(
    not (VENV / ".installed-sdks").is_file(),
    reason="AWS's OpenTelemetry distributions are not installed; make sdks, or make test, does it",
)


@dataclass(frozen=True, kw_only=True)
class App:
    """A program that uses an SDK, and what its image would set."""

    command: list[str]
    environment: Mapping[str, str]


XRAY_APPS = {
    "python": App(command=[sys.executable, str(HERE / "xray_app.py")], environment={}),
    "node": App(
        command=[str(NODE), str(HERE / "xray_app.js")],
        environment={"NODE_PATH": str(VENV.parent / "node_modules")},
    ),
}
RUN = "from opentelemetry.instrumentation.auto_instrumentation import run; run()"
OPEN_TELEMETRY_APPS = {
    "python": App(
        command=[sys.executable, "-c", RUN, sys.executable, str(HERE / "opentelemetry_app.py")],
        environment={
            "PYTHONPATH": str(SDKS / "python"),
            "OTEL_PYTHON_DISTRO": "aws_distro",
            "OTEL_PYTHON_CONFIGURATOR": "aws_configurator",
        },
    ),
    "node": App(
        command=[
            str(NODE),
            "--require",
            str(DISTRIBUTION / "build/src/register.js"),
            str(HERE / "opentelemetry_app.js"),
            str(DISTRIBUTION / "package.json"),
        ],
        environment={},
    ),
}


@pytest.fixture(scope="module")
def environment_of(
    synthesise: Callable[..., Any], variables: Callable[..., dict[str, Any]]
) -> Callable[[str, Collector], tuple[str, dict[str, str]]]:
    """Return the collector's host and the app's variables in the template."""

    def run(mode: str, collector: Collector) -> tuple[str, dict[str, str]]:
        def build(stack: cdk.Stack) -> None:
            task = ecs.Ec2TaskDefinition(stack, "Task", network_mode=MODES[mode])
            image = ecs.ContainerImage.from_registry("app:1")
            task.add_container("web", image=image, memory_limit_mib=128)
            task.add_extension(XRayTracing(collector=collector, tracing_name=SERVICE))

        environment = variables(synthesise(build).containers()["web"])
        return environment["AWS_XRAY_DAEMON_ADDRESS"].partition(":")[0], environment

    return run


@contextmanager
def running(app: App, environment: Mapping[str, str], log: Path) -> Iterator[Callable[[str], str]]:
    """Start an app; what it is called with is a round, what it returns is the app's answer."""
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            app.command,
            env={"PATH": os.environ["PATH"], **app.environment, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        incoming, outgoing = process.stdin, process.stdout

        def call(number: str) -> str:
            os.write(incoming.fileno(), f"{number}\n".encode())
            # SDKs write lines of their own between.
            while line := outgoing.readline().decode():
                if line.startswith(ANSWER):
                    return line.removeprefix(ANSWER)
            raise AssertionError(log.read_text())

        guard = threading.Timer(2 * SECONDS, process.kill)
        guard.start()
        try:
            yield call
        finally:
            guard.cancel()
            process.kill()


def until_all_are_recorded(
    call: Callable[[str], str], has_all: Callable[[str], bool], stand_in: StandIn
) -> tuple[str, str]:
    """Return the first round of which all five requests arrived, and the app's answer.

    Only the service's own rule records all; without rules an SDK records one a second.
    """
    ends = time.monotonic() + SECONDS
    for attempt in count(1):
        number = f"round-{attempt}"
        answer = call(number)
        with stand_in.arrived:
            if stand_in.arrived.wait_for(partial(has_all, number), timeout=0.5):
                return number, answer
        assert time.monotonic() < ends, f"of {attempt} rounds none arrived as a whole"
    raise AssertionError("unreachable")


def replaced(environment: Mapping[str, Any], host: str, stand_in: StandIn) -> dict[str, str]:
    # What is no text is the region, which CDK itself sets in awsvpc mode.
    return {
        name: value.replace(host, stand_in.address) if isinstance(value, str) else "eu-west-1"
        for name, value in environment.items()
    }


@pytest.mark.parametrize("language", XRAY_APPS)
@pytest.mark.parametrize("mode", MODES)
def test_an_x_ray_sdk_samples_names_and_sends(
    environment_of: Callable[..., tuple[str, dict[str, str]]],
    tmp_path: Path,
    language: str,
    mode: str,
) -> None:
    host, environment = environment_of(mode, XRayDaemon())
    with listening(SERVICE) as stand_in:

        def names_of(number: str) -> list[str]:
            return [
                segment["name"]
                for segment in stand_in.segments
                if segment["annotations"].get("round") == number and rule_of(segment) == "named"
            ]

        with running(
            XRAY_APPS[language], replaced(environment, host, stand_in), tmp_path / "log"
        ) as call:
            number, _ = until_all_are_recorded(
                call, lambda one: len(names_of(one)) == REQUESTS, stand_in
            )

    assert set(names_of(number)) == {SERVICE}
    assert stand_in.other_paths == set()


def rule_of(segment: Mapping[str, Any]) -> str | None:
    """Return the rule that recorded a segment; Python and Node spell it differently."""
    said = segment["aws"]["xray"]
    rule: str | None = said.get("sampling_rule_name", said.get("rule_name"))
    return rule


@needs_sdks
@pytest.mark.parametrize("language", OPEN_TELEMETRY_APPS)
@pytest.mark.parametrize(
    ("mode", "collector"),
    [
        ("bridge", AdotCollector()),
        ("host", AdotCollector()),
        ("awsvpc", AdotCollector()),
        ("awsvpc", CloudWatchAgent()),
    ],
    ids=["bridge", "host", "awsvpc", "awsvpc-agent"],
)
def test_a_distribution_of_open_telemetry_samples_names_sends_and_joins_traces(
    environment_of: Callable[..., tuple[str, dict[str, str]]],
    tmp_path: Path,
    *,
    language: str,
    mode: str,
    collector: Collector,
) -> None:
    host, environment = environment_of(mode, collector)
    with listening(SERVICE) as stand_in:
        # A span's name stands in its message as it is, so this needs no decoding.
        def has_all(number: str) -> bool:
            name = bytes([len(number)]) + number.encode()
            return sum(body.count(name) for body in stand_in.exports) == REQUESTS

        with running(
            OPEN_TELEMETRY_APPS[language], replaced(environment, host, stand_in), tmp_path / "log"
        ) as call:
            number, answer = until_all_are_recorded(call, has_all, stand_in)

    names, spans = decoded(stand_in)
    assert names == {SERVICE}
    # Its rule drops these, so it is by the rules that the others are recorded.
    assert f"{number} deleted" not in spans
    # Whoever calls, with W3C's header or X-Ray's, has this app in its trace, and both go on.
    called = json.loads(answer)
    for caller, trace_id in (
        ("w3c", "68d5f1c0aaaaaaaaaaaaaaaaaaaaaaaa"),
        ("xray", "68d5f1c0cccccccccccccccccccccccc"),
    ):
        assert spans[f"from {caller}"] == trace_id
        headers = {name.lower(): value for name, value in called[caller].items()}
        assert headers["traceparent"].split("-")[1] == trace_id
        assert f"Root=1-{trace_id[:8]}-{trace_id[8:]}" in headers["x-amzn-trace-id"]
    assert stand_in.other_paths == set(), "metrics and logs must not come here"
    assert stand_in.grpc_connections == 0


def decoded(stand_in: StandIn) -> tuple[set[str], dict[str, str]]:
    """Return the services that sent spans, and the trace of each span by its name."""
    done = subprocess.run(
        [sys.executable, "-c", DECODE],
        input="\n".join(base64.b64encode(body).decode() for body in stand_in.exports),
        env={"PYTHONPATH": str(SDKS / "python")},
        capture_output=True,
        text=True,
        check=True,
    )
    names: set[str] = set()
    spans: dict[str, str] = {}
    for export in json.loads(done.stdout):
        for resource in export["resourceSpans"]:
            names |= {
                attribute["value"]["stringValue"]
                for attribute in resource["resource"]["attributes"]
                if attribute["key"] == "service.name"
            }
            spans |= {
                span["name"]: base64.b64decode(span["traceId"]).hex()
                for scope in resource["scopeSpans"]
                for span in scope["spans"]
            }
    return names, spans
