"""What becomes of the app where rules do not come, or what it was deployed with is wrong.

docs/survival.md has a row for each test.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray import SidecarProfile, XRayTracing
from cdk_ecs_xray.local.relay import Relay
from tests.end_to_end.survival.signup_app import (
    PATIENCE,
    SignupApp,
    assert_no_slower,
    gunicorn,
    running,
    until,
)

Start = Callable[..., Relay]
Arrived = Callable[[], set[str]]
ALL = {
    **dict.fromkeys(("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath"), "*"),
    "ResourceARN": "*",
    "RuleName": "Default",
    "Priority": 10000,
    "FixedRate": 1,
    "ReservoirSize": 0,
    "Version": 1,
    "Attributes": {},
}
ANSWERS: Mapping[str, object] = {
    "/GetSamplingRules": {
        "SamplingRuleRecords": [{"SamplingRule": ALL, "CreatedAt": 0, "ModifiedAt": 0}]
    },
    "/SamplingTargets": {"SamplingTargetDocuments": [], "LastRuleModification": 0},
}


def test_sampling_proxy_down(
    environment: Mapping[str, str], untraced: SignupApp, collector: Start, arrived: Arrived
) -> None:
    host, _, port = environment["AWS_XRAY_DAEMON_ADDRESS"].rpartition(":")
    with closing(socket.socket()) as taken:
        taken.bind((host, int(port)))
        with running(environment) as app, collector() as relay:
            # One a second, which a health check before the collector may have had, and 5 % of
            # the others: what an SDK does without rules.
            until(lambda: app.signups(10, sampled=False) and arrived(), "one of them")
            assert_no_slower(app, untraced)

    assert "proxy http server failed to listen" in relay.log.read_text()


def test_sampling_proxy_slow(
    environment: Mapping[str, str], untraced: SignupApp, collector: Start, arrived: Arrived
) -> None:
    with (
        slow_proxy(environment["AWS_XRAY_DAEMON_ADDRESS"]) as (asked, let),
        running(environment) as app,
        collector(),
    ):
        app.signups(sampled=False)
        assert asked.wait(PATIENCE)
        assert_no_slower(app, untraced)
        let.set()
        until(lambda: traces_all(app, arrived), "the rules, by which all are traced")


def test_name_not_resolvable(
    environment: Mapping[str, str], arrived: Arrived, collector: Start
) -> None:
    elsewhere = {"AWS_XRAY_DAEMON_ADDRESS": "no-such-link:2000", "RES_OPTIONS": "timeout:1"}
    with running({**environment, **elsewhere}) as app, collector():
        # A name costs a lookup for each segment; how long that takes is the resolver's affair.
        app.signups()
        app.signups(sampled=False)

        assert "Failed to send entity to Daemon" in "\n".join(app.process.lines)
    assert not arrived()


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:2000", "127.0.0.1", "udp:127.0.0.1:2000", "[::1]:2000"]
)
def test_address_malformed(environment: Mapping[str, str], tmp_path: Path, address: str) -> None:
    wrong = {**environment, "AWS_XRAY_DAEMON_ADDRESS": address}
    with gunicorn(wrong, module="signup.xray_app") as process:
        assert process.wait() != 0
        process.stop()
        assert "InvalidDaemonAddressException" in "\n".join(process.lines)

    container = {
        "Name": "signup",
        "Image": "signup:1",
        "Environment": [{"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": address}],
    }
    task = {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {"ContainerDefinitions": [container]},
    }
    template = tmp_path / "template.json"
    template.write_text(json.dumps({"Resources": {"Task": task}}))
    command = [str(Path(sys.executable).parent / "ecs-xray"), "review", str(template)]
    command += ["--fail-on", "error"]
    reviewed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert reviewed.returncode == 1
    assert "address-malformed" in reviewed.stdout


@pytest.mark.parametrize(
    ("start_order", "depends_on"),
    [
        ("sidecar-first", [{"Condition": "START", "ContainerName": "xray-daemon"}]),
        ("independent", None),
    ],
)
def test_image_missing(
    synthesise: Callable[..., Any], start_order: Any, depends_on: object
) -> None:
    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(stack, "Task")
        task.add_container("signup", image=ecs.ContainerImage.from_registry("signup:1"))
        profile = replace(SidecarProfile.SAFE, start_order=start_order)
        task.add_extension(XRayTracing(tracing_name="signup", profile=profile))

    containers = synthesise(build).containers()

    # No container runs here. What the app waits for is data; what ECS makes of it was read.
    assert containers["signup"].get("DependsOn") == depends_on
    assert containers["xray-daemon"]["Essential"] is False


def traces_all(app: SignupApp, arrived: Arrived) -> bool:
    """Whether ten signups are ten traces within two seconds, in which a collector sends all."""
    before = len(arrived())
    app.signups(10, sampled=False)
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if len(arrived()) >= before + 10:
            return True
        time.sleep(0.02)
    return False


@contextmanager
def slow_proxy(address: str) -> Iterator[tuple[Event, Event]]:
    """A proxy that takes requests and answers none until it is let; gives asked, and let."""
    asked, let = Event(), Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.set()
            let.wait()
            body = json.dumps(ANSWERS[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """An app that ends leaves its connections open."""

    host, _, port = address.rpartition(":")
    with Server((host, int(port)), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield asked, let
        finally:
            let.set()
            server.shutdown()
            thread.join()
