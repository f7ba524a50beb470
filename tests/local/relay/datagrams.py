"""Datagrams as an SDK sends them."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable
from contextlib import closing

from cdk_ecs_xray.local.relay import Relay

HEADER = b'{"format": "json", "version": 1}\n'
PATIENCE = 60
_marks = itertools.count()


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
