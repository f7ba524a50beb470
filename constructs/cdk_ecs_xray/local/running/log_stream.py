"""What a process prints, in the log group that its container was deployed with."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3

# PutLogEvents takes so many events and bytes at once; an event has 26 bytes beside its text.
_MOST_EVENTS = 10_000
_MOST_BYTES = 1_000_000
_OVERHEAD = 26


class LogStream:
    """A stream of CloudWatch Logs, as the awslogs driver writes one for each container.

    :raises botocore.exceptions.ClientError: there is no such group.
    """

    def __init__(self, session: boto3.Session, *, group: str, stream: str) -> None:
        make: Any = session.client
        self._client = make("logs")
        self._where = {"logGroupName": group, "logStreamName": stream}
        self._lock = Lock()
        self._events: list[dict[str, Any]] = []
        self._size = 0
        with suppress(self._client.exceptions.ResourceAlreadyExistsException):
            self._client.create_log_stream(**self._where)

    def write(self, line: str) -> None:
        """Take a line; :meth:`flush` sends it, and so does a batch that is full."""
        if not line:
            return
        size = len(line.encode(errors="replace")) + _OVERHEAD
        with self._lock:
            if len(self._events) == _MOST_EVENTS or self._size + size > _MOST_BYTES:
                self._send()
            self._events.append({"timestamp": int(time.time() * 1000), "message": line})
            self._size += size

    def flush(self) -> None:
        """Send what was taken; what the AWS emulator does not take is lost."""
        with self._lock:
            self._send()

    def _send(self) -> None:
        events, self._events, self._size = self._events, [], 0
        if events:
            # An app must not notice that its log has nowhere to go.
            with suppress(Exception):
                self._client.put_log_events(**self._where, logEvents=events)
