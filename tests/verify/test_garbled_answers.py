"""A sign-in page, or an answer that is cut, is one line and exit code 1, never a traceback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run

Answer = tuple[int, Mapping[str, str], bytes]
PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body>Wi-Fi</body></html>"
ANSWERS: Mapping[str, Answer] = {
    "a page": (200, {"Content-Type": "text/html"}, PAGE),
    "nothing": (200, {}, b""),
    "elsewhere": (302, {"Location": "http://127.0.0.1:9/login"}, b""),
    "cut JSON": (200, {"Content-Type": "application/json"}, b'{"SamplingRuleRecords": [{"Sam'),
    "cut XML": (200, {"Content-Type": "text/xml"}, b"<GetCallerIdentityResponse><GetCaller"),
    "another form": (200, {"Content-Type": "application/json"}, b"[1, 2]"),
    "a number": (200, {"Content-Type": "application/json"}, b"7"),
    "records of another form": (
        200,
        {"Content-Type": "application/json"},
        b'{"SamplingRuleRecords": [7], "Groups": {"a": 1}}',
    ),
    "wrong type": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n\x00\xff"),
    "forbidden page": (403, {"Content-Type": "text/html"}, PAGE),
    "escapes": (404, {"Content-Type": "text/plain"}, b"\x1b[31mno\x07\x00"),
}


@pytest.fixture(params=list(ANSWERS.values()), ids=list(ANSWERS))
def answering(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lead AWS's clients to a server that answers everything alike."""
    status, headers, body = request.param

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 - names of the base class

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "111122223333",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("command", ["verify", "import"])
@pytest.mark.usefixtures("answering")
def test_what_is_not_aws_is_a_line(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "one.json"}}
    (tmp_path / "one.json").write_text('{"Resources": {}}')
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"one": stack}}))
    words = {
        "verify": ["verify", "--app", str(tmp_path), "--region", "eu-west-1"],
        "import": ["rules", "import", "account", "--region", "eu-west-1"],
    }

    code = run(words[command])

    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert (code, captured.out) == (1, "")
    assert line.isprintable()
    assert "the answer must be AWS's" in line
