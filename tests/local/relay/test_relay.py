"""The relay against what was measured on the X-Ray daemon 3.6.6."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local.relay import Relay
from tests.local.relay.stand_in import XRay, xray

HEADER = b'{"format": "json", "version": 1}\n'


@pytest.fixture
def service() -> Iterator[XRay]:
    with xray() as running:
        yield running


@pytest.fixture
def start(service: XRay, tmp_path: Path) -> Iterator[Callable[..., Relay]]:
    with ExitStack() as started:

        def start(**options: str) -> Relay:
            variables = {
                "AWS_ENDPOINT_URL": service.url,
                "AWS_REGION": "eu-west-1",
                "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "123456789012",
                "AWS_SECRET_ACCESS_KEY": "none",
                "AWS_CONFIG_FILE": "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
                "NO_PROXY": "127.0.0.1",
            }
            relay = Relay.start(variables, log=tmp_path / "relay.log", **options)
            return started.enter_context(relay)

        yield start


def sent(relay: Relay, *datagrams: bytes) -> None:
    host, _, port = relay.address.rpartition(":")
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
        for number, datagram in enumerate(datagrams):
            sender.sendto(datagram, (host, int(port)))
            if number % 50 == 49:
                # The system's queue holds about 92 datagrams, whoever reads it.
                time.sleep(0.02)


def segments(number: int) -> list[bytes]:
    return [HEADER + b'{"id": "%016x"}' % position for position in range(number)]


def test_batches_are_of_fifty_and_the_rest_goes_when_a_second_is_quiet(
    service: XRay, start: Callable[..., Relay]
) -> None:
    relay = start()

    began = time.monotonic()
    sent(relay, *segments(120))
    service.wait_for(120)

    assert sorted(map(len, service.batches)) == [20, 50, 50]
    assert time.monotonic() - began > 0.5


def test_what_was_sent_before_sigterm_arrives(service: XRay, start: Callable[..., Relay]) -> None:
    relay = start()

    sent(relay, *segments(80))
    relay.stop()

    assert service.segments == 80
    assert len({document for batch in service.batches for document in batch}) == 80


def test_malformed_datagrams_are_named_and_nothing_else_is_lost(
    service: XRay, start: Callable[..., Relay]
) -> None:
    relay = start()

    sent(
        relay,
        b"no header",
        b'{"format": "json", "version": 2}\n{}',
        b"[" * 9_000 + b"\n{}",
        b'{"format": "json", "version": 1}\n',
        b"",
        b"\x1b[31m\n\xff",
        *segments(1),
    )
    relay.stop()

    assert service.segments == 1
    lines = relay.log.read_text()
    assert lines.count("[Warn] Missing header or segment: ") == 2
    assert lines.count("[Warn] Invalid header: ") == 3
    assert "\x1b" not in lines


def test_an_xray_that_hangs_costs_what_has_no_place(
    service: XRay, start: Callable[..., Relay]
) -> None:
    relay = start()
    service.released.clear()

    # 8 batches on their way, 20 in waiting, and the oldest of those gives way to each more.
    sent(relay, *segments(50 * 8))
    service.wait_for_requests(8)
    sent(relay, *segments(50 * 23))
    deadline = time.monotonic() + 10
    while relay.log.read_text().count("[Warn] Spilling over 50 segments") < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    service.released.set()

    service.wait_for(50 * 20)
    assert relay.log.read_text().count("Spilling over 50 segments") == 3


@pytest.mark.parametrize("status", [403, 429, 500])
def test_a_batch_that_fails_is_dropped_and_named_and_the_next_one_goes(
    service: XRay, start: Callable[..., Relay], status: int
) -> None:
    relay = start()
    service.status = status

    sent(relay, *segments(50))
    deadline = time.monotonic() + 10
    while "Sending segment batch failed with: " not in relay.log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert service.requests == (1 if status == 403 else 2)
    service.status = 200
    sent(relay, *segments(50))
    service.wait_for(50)

    assert f"StatusCode: {status}, RequestID: " in relay.log.read_text()
    assert service.segments == 50


def test_a_port_that_is_taken_is_named(start: Callable[..., Relay]) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(LocalAwsError, match=re.escape(f"{address} must be an address that is")):
            start(address=address)


def test_without_its_tcp_port_it_still_takes_segments(
    service: XRay, start: Callable[..., Relay]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        relay = start(address=f"127.0.0.1:{taken.getsockname()[1]}")
        sent(relay, *segments(1))
        relay.stop()

    assert "[Error] proxy http server failed to listen" in relay.log.read_text()
    assert service.segments == 1
