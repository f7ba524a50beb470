"""Receives segments over UDP and makes batches of them."""

from __future__ import annotations

import select
import socket
import time

from cdk_ecs_xray.local.relay import log
from cdk_ecs_xray.local.relay.intake import LARGEST_DATAGRAM, NoSegmentError, segment_in
from cdk_ecs_xray.local.relay.sender import BATCH_SIZE, Sender

# A batch that is not full goes when nothing was sent for this long; the daemon's figure.
IDLE_SECONDS = 1.0
# More than the system's queue of a socket holds (about 280 small datagrams on Linux), so that a
# sender that goes on does not keep the relay from ending.
_QUEUED = 1000


class Receiver:
    """Reads datagrams until it is stopped.

    :param listener: bound already; closed by :meth:`run` when it ends.
    :param stopped: readable when it is time to end.
    """

    def __init__(self, listener: socket.socket, sender: Sender, *, stopped: socket.socket) -> None:
        self._listener = listener
        self._sender = sender
        self._stopped = stopped
        self._batch: list[str] = []
        self._sent_at = time.monotonic()

    def run(self) -> None:
        """Receive and send; in the end what is not sent yet goes too.

        What had come before the signal is read even if the system still has it: of a burst right
        before SIGTERM the daemon loses nothing. The socket closes then: what comes later is lost.
        """
        self._listener.setblocking(False)
        with self._listener:
            while self._stopped not in self._readable():
                self._take_all(most=BATCH_SIZE)
                if time.monotonic() - self._sent_at >= IDLE_SECONDS:
                    self._send()
            self._take_all(most=_QUEUED)
        self._send()

    def _readable(self) -> list[socket.socket]:
        left = max(0.0, self._sent_at + IDLE_SECONDS - time.monotonic())
        readable, _, _ = select.select([self._listener, self._stopped], [], [], left)
        return readable

    def _take_all(self, *, most: int) -> None:
        """Read what has come, no more datagrams than these: a signal is looked for in between."""
        for _ in range(most):
            try:
                datagram = self._listener.recv(LARGEST_DATAGRAM)
            except BlockingIOError:
                return
            except OSError as error:
                log.error(f"daemon: net: err: {error}")
                return
            if datagram:
                self._take(datagram)

    def _take(self, datagram: bytes) -> None:
        try:
            self._batch.append(segment_in(datagram))
        except NoSegmentError as error:
            log.warn(str(error))
            return
        if len(self._batch) >= BATCH_SIZE:
            self._send()

    def _send(self) -> None:
        self._sent_at = time.monotonic()
        if self._batch:
            self._sender.send(self._batch)
            self._batch = []
