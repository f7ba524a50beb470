"""What becomes of the app, and of its traces, where X-Ray fails or gets what it cannot take.

docs/survival.md has a row for each test.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from contextlib import closing

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.relay import Relay
from tests.end_to_end.survival.signup_app import (
    SignupApp,
    assert_no_slower,
    new_address,
    running,
    until,
)
from tests.local.relay.stand_in import XRay

Start = Callable[..., Relay]
Arrived = Callable[[], set[str]]
WaitFor = Callable[[set[str]], None]
HEADER = b'{"format":"json","version":1}\n'


def test_xray_refuses(
    environment: Mapping[str, str],
    untraced: SignupApp,
    collector: Start,
    request: pytest.FixtureRequest,
) -> None:
    service, arrived, wait_for, refusals = xray_of(request)
    with running(environment) as app, collector() as relay:
        service.status = 403
        lost = assert_no_slower(app, untraced)
        refusals(lost, times=1)
        service.status = 200
        wait_for(app.signups())

    assert "AccessDeniedException" in relay.log.read_text()
    assert not lost & arrived()


def test_xray_hangs(
    environment: Mapping[str, str],
    untraced: SignupApp,
    collector: Start,
    request: pytest.FixtureRequest,
) -> None:
    service, arrived, wait_for, _ = xray_of(request)
    with running(environment) as app, collector() as relay:
        service.released.clear()
        assert_no_slower(app, untraced)
        # Two attempts of two seconds: then a batch is lost.
        until(lambda: failures(relay) > 0, "what the collector says of it")
        assert not arrived()
        service.released.set()
        wait_for(app.signups())

    assert "timeout" in relay.log.read_text().lower()


def test_xray_throttles(
    environment: Mapping[str, str],
    untraced: SignupApp,
    collector: Start,
    request: pytest.FixtureRequest,
) -> None:
    service, arrived, wait_for, refusals = xray_of(request)
    with running(environment) as app, collector() as relay:
        service.refusals = 1
        wait_for(assert_no_slower(app, untraced))
        assert failures(relay) == 0
        service.status = 429
        lost = app.signups()
        refusals(lost, times=2)
        service.status = 200
        wait_for(app.signups())

    assert "ThrottledException" in relay.log.read_text()
    assert not lost & arrived()


def test_emulator_restarted(
    environment: Mapping[str, str], untraced: SignupApp, collector: Start
) -> None:
    def traces(aws: EmbeddedAws, wanted: set[str]) -> set[str]:
        found = aws.session(region="eu-west-1").client("xray").batch_get_traces
        some = sorted(wanted)
        parts = [found(TraceIds=some[first : first + 5]) for first in range(0, len(some), 5)]
        return {trace["Id"] for part in parts for trace in part["Traces"]}

    with running(environment) as app:
        with EmbeddedAws.start() as aws, collector(**aws.cdk_environment(region="eu-west-1")):
            before = app.signups()
            until(lambda: traces(aws, before) == before, "the traces")
            aws.stop()
            lost = assert_no_slower(app, untraced)
        with (
            EmbeddedAws.start() as again,
            collector(**again.cdk_environment(region="eu-west-1")),
        ):
            after = app.signups()
            until(lambda: traces(again, after) == after, "the traces after it")

            assert traces(again, before | lost) == set()


def test_malformed_segments(
    environment: Mapping[str, str], untraced: SignupApp, collector: Start, wait_for: WaitFor
) -> None:
    host, _, port = environment["AWS_XRAY_DAEMON_ADDRESS"].rpartition(":")
    with (
        running(environment) as app,
        collector() as relay,
        closing(socket.socket(type=socket.SOCK_DGRAM)) as anybody,
    ):
        for datagram in (b"", b"{", b"{}\n{}", HEADER, HEADER + b'{"id', b"\xff\n\xff" * 9_000):
            anybody.sendto(datagram, (host, int(port)))
        wait_for(assert_no_slower(app, untraced) | app.signups())

    lines = relay.log.read_text()
    assert lines.count("[Warn] Missing header or segment: ") == 2
    assert lines.count("[Warn] Invalid header: ") == 2


def test_oversize_segments(
    environment: Mapping[str, str],
    service: XRay,
    collector: Start,
    wait_for: WaitFor,
) -> None:
    with running(environment, module="heavy_app") as app, collector():
        lost = app.sign_up(f"heavy-{new_address()}")
        wait_for(app.signups())

        assert lost.status == 201
        # It goes as a whole, and so it is lost as a whole.
        assert not any(lost.trace_id in one for batch in service.batches for one in batch)
        assert "Message too long" in "\n".join(app.process.lines)


def xray_of(request: pytest.FixtureRequest) -> tuple[XRay, Arrived, WaitFor, Callable[..., None]]:
    names = ("service", "arrived", "wait_for", "wait_for_refusals")
    service, arrived, wait_for, refusals = map(request.getfixturevalue, names)
    return service, arrived, wait_for, refusals


def failures(relay: Relay) -> int:
    return relay.log.read_text().count("Sending segment batch failed with: ")
