"""Where CloudFormation would wait for the answers of functions behind custom resources."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Answers(HTTPServer):
    """Where CloudFormation waits for the function's answer."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        super().__init__(("127.0.0.1", 0), AnswerHandler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/answer"


class AnswerHandler(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        assert isinstance(self.server, Answers)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass
