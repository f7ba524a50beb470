"""Requests to a service, recorded and sent by the real X-Ray SDK."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aws_xray_sdk.core import AWSXRayRecorder
from aws_xray_sdk.core.sampling.connector import ServiceConnector
from aws_xray_sdk.core.sampling.rule_cache import RuleCache

from cdk_ecs_xray.local import EmbeddedAws
from tests.end_to_end.signing_proxy import signing_proxy

NAME = "ledger-watcher"
STACK = f"fq-dev-{NAME}"
DEADLINE = 120.0
LOG_GROUP = f"/fq/dev/{NAME}/instance/xray"


@contextmanager
def relay(client: Any) -> Iterator[tuple[str, list[str]]]:
    """What the daemon does: take datagrams of the SDK and hand them to X-Ray."""
    taken: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(DEADLINE)

        def pass_on() -> None:
            while (datagram := listener.recv(65_535)) != b"end":
                _, _, document = datagram.decode().partition("\n")
                client.put_trace_segments(TraceSegmentDocuments=[document])
                taken.append(document)

        thread = threading.Thread(target=pass_on)
        thread.start()
        host, port = listener.getsockname()
        yield f"{host}:{port}", taken
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"end", (host, port))
        thread.join(DEADLINE)


def send_requests(client: Any, name: str = NAME) -> None:
    """Let the real SDK record two requests, one of which fails."""
    recorder = AWSXRayRecorder()
    try:
        with relay(client) as (address, taken):
            recorder.configure(service=name, daemon_address=address, sampling=False, plugins=())
            for path, status in (("/checkout/1", 200), ("/checkout/2", 500)):
                segment = recorder.begin_segment(name)
                segment.put_http_meta("method", "GET")
                segment.put_http_meta("url", f"http://ledger{path}")
                segment.put_http_meta("status", status)
                with recorder.in_subsegment("DynamoDB", namespace="aws") as part:
                    if status == 500:
                        part.add_exception(TimeoutError("the table does not answer"), [])
                recorder.end_segment()
            deadline = time.monotonic() + DEADLINE
            while len(taken) < 2:
                assert time.monotonic() < deadline, "the segments did not come through"
                time.sleep(0.01)
    finally:
        recorder.emitter._socket.close()


def poll_sampling(aws: EmbeddedAws, name: str = NAME, path: str = "/checkout/1") -> None:
    """Let the real SDK fetch the rules, use one and report that, through a collector."""
    with signing_proxy(aws) as port:
        _poll(port, name, path)


def _poll(port: int, name: str, path: str) -> None:
    connector = ServiceConnector()
    connector.setup_xray_client(ip="127.0.0.1", port=str(port), client=None)
    cache = RuleCache()
    cache.load_rules(connector.fetch_sampling_rules())
    now = int(time.time())
    cache.last_updated = now
    rule = cache.get_matched_rule(
        {"path": path, "host": "h", "method": "GET", "service": name}, now=now
    )
    assert rule is not None
    rule.increment_request_count()
    connector.fetch_sampling_target([rule])


def write_collector_log(aws: EmbeddedAws, log_group: str = LOG_GROUP) -> None:
    """Let the collector write what a daemon writes that is well."""
    client = aws.client("logs")
    stream = "xray/fq-dev-xray/1f3a"
    client.create_log_stream(logGroupName=log_group, logStreamName=stream)
    line = "2026-11-20T22:57:03Z [Info] Successfully sent batch of 2 segments (0.004 seconds)"
    client.put_log_events(
        logGroupName=log_group,
        logStreamName=stream,
        logEvents=[{"timestamp": int(time.time() * 1000), "message": line}],
    )
