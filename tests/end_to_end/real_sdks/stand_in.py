"""What a traced app talks to: UDP for segments, the proxy for sampling, OpenTelemetry's ports."""

from __future__ import annotations

import gzip
import json
import os
import socketserver
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RECORDED, DROPPED = 1, 0


def loopback_of_its_own() -> str:
    """Return an address whose ports nobody else has, where the system has more than one."""
    if not sys.platform.startswith("linux"):
        return "127.0.0.1"
    return f"127.{os.getpid() % 200 + 20}.{os.getpid() // 200 % 250}.7"


class StandIn:
    """Records what arrives, and samples everything of one service but DELETE, and nothing else.

    :param service: the only one whose rule records.
    """

    def __init__(self, service: str) -> None:
        self.address = loopback_of_its_own()
        self.service = service
        self.segments: list[dict[str, Any]] = []
        self.exports: list[bytes] = []
        self.other_paths: set[str] = set()
        self.grpc_connections = 0
        self.arrived = threading.Condition()

    def rules(self) -> Mapping[str, Any]:
        """Return what GetSamplingRules answers."""
        return {
            "SamplingRuleRecords": [
                {
                    "SamplingRule": {
                        **dict.fromkeys(("Host", "URLPath", "ServiceType", "ResourceARN"), "*"),
                        "HTTPMethod": method,
                        "ServiceName": service,
                        "RuleName": name,
                        "Priority": priority,
                        "FixedRate": rate,
                        "ReservoirSize": 0,
                        "Version": 1,
                        "Attributes": {},
                    },
                    "CreatedAt": 0,
                    "ModifiedAt": 0,
                }
                for name, service, method, priority, rate in (
                    ("deleted", self.service, "DELETE", 1, DROPPED),
                    ("named", self.service, "*", 2, RECORDED),
                    ("Default", "*", "*", 10000, DROPPED),
                )
            ]
        }

    def _note(self) -> None:
        with self.arrived:
            self.arrived.notify_all()

    def take_segment(self, datagram: bytes) -> None:
        """Keep a datagram: a header and a document, a line each."""
        self.segments.append(json.loads(datagram.split(b"\n", 1)[1]))
        self._note()

    def take_post(self, path: str, body: bytes) -> bytes:
        """Keep a request, and return what answers it."""
        if path == "/GetSamplingRules":
            return json.dumps(self.rules()).encode()
        if path == "/SamplingTargets":
            return b'{"SamplingTargetDocuments":[],"LastRuleModification":0}'
        if path == "/v1/traces":
            self.exports.append(body)
            self._note()
        else:
            self.other_paths.add(path)
        return b""


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing: an app that ends leaves its connections open."""


@contextmanager
def listening(service: str) -> Iterator[StandIn]:
    """Give a stand-in that listens on every port of a collector."""
    stand_in = StandIn(service)
    address, http = stand_in.address, _http_handler(stand_in)
    with (
        socketserver.ThreadingUDPServer((address, 2000), _segment_handler(stand_in)) as segments,
        _Server((address, 2000), http) as sampling,
        _Server((address, 4318), http) as spans,
        socketserver.ThreadingTCPServer((address, 4317), _grpc_handler(stand_in)) as grpc,
    ):
        servers: list[socketserver.BaseServer] = [segments, sampling, spans, grpc]
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield stand_in
        finally:
            for server in servers:
                server.shutdown()


def _segment_handler(stand_in: StandIn) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            datagram, _ = self.request
            stand_in.take_segment(datagram)

    return Handler


def _grpc_handler(stand_in: StandIn) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            stand_in.grpc_connections += 1

    return Handler


def _http_handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self._chunks() if self.headers["Transfer-Encoding"] else self._sized()
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            answer = stand_in.take_post(self.path, body)
            self.send_response(200)
            kind = "application/json" if answer else "application/x-protobuf"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _sized(self) -> bytes:
            return self.rfile.read(int(self.headers["Content-Length"] or 0))

        def _chunks(self) -> bytes:
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, *_: object) -> None:
            return

    return Handler
