"""Which collector image is behind: a registry that offers more, and what it makes of its tags."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from cdk_ecs_xray import AdotCollector, XRayDaemon
from tools.images import PAGE, images, main, newest_of

PINNED = {
    "xray/aws-xray-daemon": XRayDaemon().version,
    "aws-observability/aws-otel-collector": AdotCollector().version,
    # Which one is tested follows the exporter.
    "cloudwatch-agent/cloudwatch-agent": images()["cloudwatch-agent/cloudwatch-agent"],
}


class Registry(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        # More than a page of tags that nobody means, before the one that is pinned.
        noise = [f"sha-{number:05}" for number in range(PAGE + 5)]
        self.offered = {name: [*noise, "latest", tag] for name, tag in PINNED.items()}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        asked = parse_qs(where.query)
        if where.path == "/token/":
            found: object = {"token": asked["scope"][0]}
        elif where.path.startswith("/v2/"):
            name = where.path.removeprefix("/v2/").removesuffix("/tags/list")
            assert self.headers["Authorization"] == f"Bearer repository:{name}:pull"
            offered = self.server.offered[name]
            start = offered.index(asked["last"][0]) + 1 if "last" in asked else 0
            found = {"name": name, "tags": offered[start : start + int(asked["n"][0])]}
        else:
            self.send_error(404)
            return
        payload = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def registry() -> Iterator[Registry]:
    served = Registry()
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def test_three_that_are_the_newest_end_with_0(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(registry.url) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{name}: {tag} is the newest" for name, tag in PINNED.items()
    ]


def test_one_that_is_behind_is_named_with_the_newer(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.offered["aws-observability/aws-otel-collector"] += ["v9.1.0", "v9.2.0-arm64", "v8.7.1"]

    assert main(registry.url) == 1
    assert (
        f"aws-observability/aws-otel-collector: v9.1.0 is newer than {AdotCollector().version}\n"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("pinned", "offered", "newest"),
    [
        ("3.6.6", ["3.6.5", "3.x", "latest", "3.6.6"], None),
        ("3.6.6", ["3.6.10", "3.6.9"], "3.6.10"),
        ("v0.49.0", ["0.50.0", "v0.50.0-amd64", "nightly"], None),
        ("v0.49.0", ["v0.50.0", "v0.49.1"], "v0.50.0"),
        ("1.300062.0b1304", ["1.300062.0b1310", "1.300062.0"], "1.300062.0b1310"),
    ],
)
def test_only_tags_of_the_pinned_form_count(
    pinned: str, offered: list[str], newest: str | None
) -> None:
    assert newest_of(pinned, offered) == newest


def test_a_registry_that_does_not_answer_ends_with_2(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(f"{registry.url}/nothing") == 2
    assert "the registry did not answer" in capsys.readouterr().err
