"""Sends batches of segments to X-Ray, as many at once and as few in waiting as the daemon does.

The daemon's figures, read in its source (``pkg/processor``) and measured on 3.6.6: batches of 50,
8 at once, 20 in waiting of which the oldest goes when a newer one needs the place; a request has
two seconds, a batch that failed twice is gone.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Sequence
from threading import Condition, Thread
from typing import Any

from cdk_ecs_xray.local.relay import log

BATCH_SIZE = 50
AT_ONCE = 8
IN_WAITING = 20
TIMEOUT = 2
ATTEMPTS = 2

Batch = Sequence[str]


def xray_client() -> Any:
    """The client whose endpoint, region and keys come from the environment, as the daemon's do."""
    import boto3
    from botocore.config import Config

    make: Any = boto3.client
    return make(
        "xray",
        # boto3 itself reads AWS_DEFAULT_REGION alone.
        region_name=os.environ.get("AWS_REGION"),
        config=Config(
            connect_timeout=TIMEOUT,
            read_timeout=TIMEOUT,
            max_pool_connections=AT_ONCE,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        ),
    )


class Sender:
    """The threads that send. Only :meth:`close` waits for them."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._waiting: deque[Batch] = deque()
        self._changed = Condition()
        self._closed = False
        self._threads = [Thread(target=self._work, daemon=True) for _ in range(AT_ONCE)]
        for thread in self._threads:
            thread.start()

    def send(self, batch: Batch) -> None:
        """Take a batch without waiting; the oldest in waiting is dropped when there is no place."""
        with self._changed:
            if len(self._waiting) >= IN_WAITING:
                log.warn(f"Spilling over {len(self._waiting.popleft())} segments")
            self._waiting.append(batch)
            self._changed.notify()

    def close(self) -> None:
        """Send what is waiting, and come back when all of it was tried."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (batch := self._next()) is not None:
            try:
                self._put(batch)
            except Exception as error:
                # A thread that ended would be missing for good.
                log.error(f"Sending segment batch failed with: {_reason(error)}")

    def _next(self) -> Batch | None:
        with self._changed:
            while not self._waiting:
                if self._closed:
                    return None
                self._changed.wait()
            return self._waiting.popleft()

    def _put(self, batch: Batch) -> None:
        started = time.monotonic()
        answer = self._client.put_trace_segments(TraceSegmentDocuments=list(batch))
        taken = f"({time.monotonic() - started:.3f} seconds)"
        rejected = answer.get("UnprocessedTraceSegments", [])
        if not rejected:
            log.info(f"Successfully sent batch of {len(batch)} segments {taken}")
            return
        log.info(
            f"Sent batch of {len(batch)} segments but had {len(rejected)} Unprocessed segments"
            f" {taken}"
        )
        for segment in rejected:
            # The daemon prints pointers here; the reason is what somebody looks for.
            log.error(
                f"Unprocessed segment: {segment.get('Id')} {segment.get('ErrorCode')}: "
                f"{segment.get('Message')}"
            )


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return f"operation error XRay: PutTraceSegments, {error}"
    about, answered = response.get("Error", {}), response.get("ResponseMetadata", {})
    return (
        "operation error XRay: PutTraceSegments, https response error StatusCode: "
        f"{answered.get('HTTPStatusCode')}, RequestID: {answered.get('RequestId')}, api error "
        f"{about.get('Code')}: {about.get('Message')}"
    )
