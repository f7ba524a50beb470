"""The relay against what was measured on the X-Ray daemon 3.6.6."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from cdk_ecs_xray.local.relay import Relay
from tests.local.relay.datagrams import HEADER, segments, send, send_all, until
from tests.local.relay.stand_in import XRay


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


def test_without_its_tcp_port_it_still_takes_segments(
    service: XRay, start: Callable[..., Relay]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        relay = start(address=f"127.0.0.1:{taken.getsockname()[1]}")
        send(relay, *segments(1))
        relay.stop()

    assert "[Error] proxy http server failed to listen" in relay.log.read_text()
    assert service.segments == 1
