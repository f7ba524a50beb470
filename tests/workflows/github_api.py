"""A stand-in of GitHub's API: the comments of one pull request, and a token that may write them."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "job-token"  # noqa: S105 - of a stand-in


class Api(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.comments: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.refuses = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    server: Api

    def _answer(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or "null")
        status: int = 200
        found: Any = self.server.comments
        if self.server.refuses or self.headers["Authorization"] != f"Bearer {TOKEN}":
            status, found = 403, {"message": "Resource not accessible by integration"}
        elif self.command == "POST":
            found = {"id": len(self.server.comments) + 1, **body}
            self.server.comments.append(found)
        elif self.command == "PATCH":
            found = self.server.comments[int(self.path.rpartition("/")[2]) - 1]
            found.update(body)
        elif "page=1" not in self.path:
            found = []
        payload = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - the names that the base class calls

    def log_message(self, *_: object) -> None:
        return
