"""An X-Ray that answers, refuses or hangs as a test wants, and keeps what it was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request: its path, and the header that signs it."""

    path: str
    authorization: str


class XRay:
    """What came, and how the next requests are answered."""

    def __init__(self) -> None:
        self.url = ""
        self.batches: list[list[str]] = []
        self.refused: list[list[str]] = []
        self.asked: list[Asked] = []
        self.requests = 0
        self.status = 200
        self.answer: dict[str, object] = {}
        """What a request with status 200 is answered."""
        self.hang_up = False
        """Whether connections end without an answer."""
        self.refusals = 0
        """How many requests are still answered with 429, before what status says."""
        self.released = Event()
        self.released.set()
        self.came = Condition()

    def wait_for(self, segments: int, *, seconds: float = 60) -> None:
        """Wait until so many segments are here."""
        with self.came:
            here = self.came.wait_for(lambda: self.segments >= segments, seconds)
        assert here, f"{self.segments} of {segments} segments came"

    @property
    def segments(self) -> int:
        """How many were taken."""
        return sum(map(len, self.batches))


@contextmanager
def xray() -> Iterator[XRay]:
    """Serve on a free port of loopback."""
    state = XRay()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with state.came:
                state.requests += 1
                signed = self.headers.get("Authorization", "")
                state.asked.append(Asked(path=self.path, authorization=signed))
                state.came.notify_all()
            state.released.wait()
            if state.hang_up:
                self.close_connection = True
                return
            with state.came:
                status = 429 if state.refusals else state.status
                state.refusals = max(0, state.refusals - 1)
                taken = state.batches if status == 200 else state.refused
                taken.append(document.get("TraceSegmentDocuments", []))
                state.came.notify_all()
            code = {429: "ThrottledException", 403: "AccessDeniedException"}.get(status, "Failure")
            body = json.dumps(state.answer if status == 200 else {"__type": code}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """A relay that gave up waiting is part of the tests."""

    with Server(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            state.released.set()
            server.shutdown()
            thread.join()
