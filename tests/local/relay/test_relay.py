"""The relay against what was measured on the X-Ray daemon 3.6.6."""

from __future__ import annotations

import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local import process
from cdk_ecs_xray.local.relay import Relay
from tests.local.relay.stand_in import XRay, xray

HEADER = b'{"format": "json", "version": 1}\n'
PATIENCE = 60
Variables = Mapping[str, str]
_marks = itertools.count()


@pytest.fixture
def service() -> Iterator[XRay]:
    with xray() as running:
        yield running


@pytest.fixture
def variables(service: XRay) -> Variables:
    return {
        "AWS_ENDPOINT_URL": service.url,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def start(variables: Variables, tmp_path: Path) -> Iterator[Callable[..., Relay]]:
    with ExitStack() as started:

        def start(without: tuple[str, ...] = (), **options: str) -> Relay:
            given = {name: text for name, text in variables.items() if name not in without}
            relay = Relay.start(given, log=tmp_path / "relay.log", **options)
            return started.enter_context(relay)

        yield start


def send(relay: Relay, *datagrams: bytes) -> None:
    """Send at once. The system's queue holds about 92 datagrams of 1 KB."""
    host, _, port = relay.address.rpartition(":")
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
        for datagram in datagrams:
            sender.sendto(datagram, (host, int(port)))


def send_all(relay: Relay, *datagrams: bytes) -> None:
    """Send no faster than the relay reads, so that the system's queue drops nothing."""
    for first in range(0, len(datagrams), 50):
        # Datagrams stay in order here: what names this one has read those before it.
        mark = f"mark {next(_marks)}."
        send(relay, *datagrams[first : first + 50], mark.encode())
        until(lambda mark=mark: mark in relay.log.read_text(), mark)  # type: ignore[misc]


def segments(number: int, *, padding: int = 0) -> list[bytes]:
    text = b"x" * padding
    return [HEADER + b'{"id": "%016x%s"}' % (position, text) for position in range(number)]


def until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def test_batches_are_of_fifty_and_the_rest_goes_when_a_second_is_quiet(
    service: XRay, start: Callable[..., Relay]
) -> None:
    relay = start()

    # All of them wait for it, so that no second ends in the middle, however busy the machine is.
    os.kill(relay.pid, signal.SIGSTOP)
    send(relay, *segments(120))
    began = time.monotonic()
    os.kill(relay.pid, signal.SIGCONT)
    service.wait_for(120)

    assert sorted(map(len, service.batches)) == [20, 50, 50]
    assert time.monotonic() - began >= 1


def test_a_burst_costs_what_the_systems_queue_does_not_hold_and_nobody_says_so(
    service: XRay, start: Callable[..., Relay]
) -> None:
    burst = segments(1000, padding=1000)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        any_socket.setblocking(False)
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
            for datagram in burst:
                sender.sendto(datagram, any_socket.getsockname())
        held = 0
        while received(any_socket):
            held += 1
    assert 0 < held < len(burst)
    relay = start()

    os.kill(relay.pid, signal.SIGSTOP)
    send(relay, *burst)
    os.kill(relay.pid, signal.SIGCONT)
    service.wait_for(held)
    relay.stop()

    taken = [document for batch in service.batches for document in batch]
    assert sorted(taken) == [one.removeprefix(HEADER).decode() for one in burst[:held]]
    assert "[Warn]" not in relay.log.read_text()
    assert "[Error]" not in relay.log.read_text()


def received(listener: socket.socket) -> bool:
    try:
        listener.recv(65536)
    except BlockingIOError:
        return False
    return True


def test_of_a_burst_right_before_sigterm_nothing_is_lost(
    service: XRay, start: Callable[..., Relay]
) -> None:
    relay = start()

    # Both wait for it: the datagrams in the system's queue, and the signal.
    os.kill(relay.pid, signal.SIGSTOP)
    send(relay, *segments(80))
    os.kill(relay.pid, signal.SIGTERM)
    os.kill(relay.pid, signal.SIGCONT)
    relay.stop()

    assert service.segments == 80
    assert len({document for batch in service.batches for document in batch}) == 80


def test_of_five_hundred_segments_none_is_lost_at_sigterm(
    service: XRay, start: Callable[..., Relay]
) -> None:
    relay = start()

    send_all(relay, *segments(500))
    relay.stop()

    assert service.segments == 500


def test_being_killed_costs_a_batch_that_is_not_full_at_most(
    service: XRay, start: Callable[..., Relay]
) -> None:
    relay = start()

    os.kill(relay.pid, signal.SIGSTOP)
    send(relay, *segments(99))
    os.kill(relay.pid, signal.SIGCONT)
    service.wait_for(50)
    os.kill(relay.pid, signal.SIGKILL)
    relay.stop()

    # All 99 if it was killed more than a quiet second later, as on a busy machine.
    assert service.segments in (50, 99)


def test_malformed_datagrams_are_named_and_nothing_else_is_lost(
    service: XRay, start: Callable[..., Relay]
) -> None:
    relay = start()

    send(
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


@pytest.mark.parametrize("status", [403, 429, 500])
def test_a_batch_that_fails_is_dropped_and_named_and_the_next_one_goes(
    service: XRay, start: Callable[..., Relay], status: int
) -> None:
    relay = start()
    service.status = status

    send(relay, *segments(50))
    until(lambda: "Sending segment batch failed with: " in relay.log.read_text(), "the line")
    assert service.requests == (1 if status == 403 else 2)
    service.status = 200
    send(relay, *segments(50))
    service.wait_for(50)

    assert f"StatusCode: {status}, RequestID: " in relay.log.read_text()
    assert service.segments == 50


def test_segments_that_xray_rejects_are_counted_and_named(
    service: XRay, start: Callable[..., Relay]
) -> None:
    relay = start()
    rejected = {"Id": "0000000000000001", "ErrorCode": "MissingId", "Message": "no id"}
    service.answer = {"UnprocessedTraceSegments": [rejected]}

    send(relay, *segments(3))
    relay.stop()

    lines = relay.log.read_text()
    assert "[Info] Sent batch of 3 segments but had 1 Unprocessed segments (" in lines
    assert "[Error] Unprocessed segment: 0000000000000001 MissingId: no id" in lines


def test_without_keys_it_stays_up_and_says_so_for_each_batch(
    service: XRay, start: Callable[..., Relay]
) -> None:
    relay = start(without=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))

    send(relay, *segments(50))
    until(lambda: failures(relay) == 1, "the first line")
    send(relay, *segments(50))
    until(lambda: failures(relay) == 2, "the second line")

    assert "Unable to locate credentials" in relay.log.read_text()
    assert service.segments == 0


def failures(relay: Relay) -> int:
    return relay.log.read_text().count("Sending segment batch failed with: ")


def test_a_port_that_is_taken_is_named(start: Callable[..., Relay]) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(LocalAwsError, match=re.escape(f"{address} must be an address that is")):
            start(address=address)


@pytest.mark.parametrize(
    ("without", "flags", "code", "line"),
    [
        ((), ["--port=TAKEN"], 1, "[Error] listen udp 127.0.0.1:TAKEN: bind: "),
        (("AWS_REGION",), ["--port=0"], 1, "[Error] Cannot fetch region"),
        ((), ["--no-such-flag"], 2, "unrecognized arguments: --no-such-flag"),
    ],
    ids=["port taken", "no region", "bad flag"],
)
def test_what_it_cannot_start_with_ends_it_as_it_ends_the_daemon(
    variables: Variables, without: tuple[str, ...], flags: list[str], code: int, line: str
) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [
                *(sys.executable, "-m", "cdk_ecs_xray.local.relay"),
                *(flag.replace("TAKEN", port) for flag in flags),
            ],
            env={
                **process.server_environment(),
                **{name: text for name, text in variables.items() if name not in without},
            },
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == code
    assert line.replace("TAKEN", port) in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_without_its_tcp_port_it_still_takes_segments(
    service: XRay, start: Callable[..., Relay]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        relay = start(address=f"127.0.0.1:{taken.getsockname()[1]}")
        send(relay, *segments(1))
        relay.stop()

    assert "[Error] proxy http server failed to listen" in relay.log.read_text()
    assert service.segments == 1
