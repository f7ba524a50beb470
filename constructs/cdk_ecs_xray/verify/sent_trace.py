"""Sends one segment and finds it again: the only thing here that writes, and only when asked."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from cdk_ecs_xray.verify.check import Answer, Check, failed, ok
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.logged_traces import RetrievalError, retrieve

NAME = "ecs-xray-verify"
_DEADLINE = 60.0
_PAUSE = 1.0
_PROVES = "this proves these credentials and the way to X-Ray from here, not the collector"


def _look(deployment: Deployment) -> Iterator[Answer]:
    for region in deployment.regions:
        yield send_test_trace(
            deployment.client("xray", region), region, in_logs=deployment.sends_to_logs(region)
        )


def send_test_trace(
    client: Any,
    region: str,
    *,
    in_logs: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Answer:
    """Send one segment with the caller's credentials and wait until X-Ray gives it back.

    :param in_logs: Transaction Search is on, so X-Ray itself may never find it.
    """
    subject = f"test trace in {region}"
    trace_id, document = _segment()
    answer = client.put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])
    refused = answer["UnprocessedTraceSegments"]
    if refused:
        return failed(
            subject,
            f"X-Ray did not take it: {refused[0].get('Message', refused[0])}",
            fix="Check that the clock of this machine is right.",
        )
    started = clock()
    while clock() - started < _DEADLINE:
        if _is_there(client, trace_id, in_logs=in_logs):
            return ok(subject, f"{trace_id} found after {clock() - started:.0f} s; {_PROVES}")
        sleep(_PAUSE)
    return failed(
        subject,
        f"{trace_id} was taken and not found within {_DEADLINE:.0f} s",
        fix="Look for it in the console in a minute. X-Ray is slower than usual.",
    )


def _is_there(client: Any, trace_id: str, *, in_logs: bool) -> bool:
    if not in_logs:
        return bool(client.batch_get_traces(TraceIds=[trace_id])["Traces"])
    try:
        return bool(retrieve(client, [trace_id], since=datetime.now(UTC)))
    except RetrievalError:
        return False


def _segment() -> tuple[str, dict[str, object]]:
    now = time.time()
    trace_id = f"1-{int(now):08x}-{secrets.token_hex(12)}"
    return trace_id, {
        "name": NAME,
        "id": secrets.token_hex(8),
        "trace_id": trace_id,
        "start_time": now,
        "end_time": now + 0.001,
        "annotations": {"ecs_xray": "verify"},
    }


SENT_TRACE = Check(
    check_id="test-trace",
    needs=(
        "xray:PutTraceSegments",
        "xray:GetTraceSegmentDestination",
        "xray:BatchGetTraces",
        "xray:StartTraceRetrieval",
        "xray:ListRetrievedTraces",
    ),
    look=_look,
)
