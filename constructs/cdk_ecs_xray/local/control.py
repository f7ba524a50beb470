"""What the server and its callers agree on: addresses, paths, the health document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

HOST = "127.0.0.1"
# Outside X-Ray's and ministack's paths.
HEALTH_PATH = "/_ecs_xray/health"
RESET_PATH = "/_ecs_xray/reset"
SEED_PATH = "/_ecs_xray/seed"
INERT_PATH = "/_ecs_xray/inert"
FEED_PATH = "/_ecs_xray/feed"
KIND = "cdk-ecs-xray AWS emulator"
# What a parent writes to the server's standard input when the server may outlive it.
KEEP = b"keep\n"


def health_document() -> dict[str, object]:
    """The health answer: that a server of this kit runs, and nothing that helps anybody else."""
    return {"kind": KIND}


def is_healthy(port: int, *, timeout: float) -> bool:
    """Whether a server of this kit answers on *port*."""
    answer = ask(port, "GET", HEALTH_PATH, timeout=timeout)
    return isinstance(answer, dict) and answer.get("kind") == KIND


def ask(
    port: int,
    method: str,
    path: str,
    *,
    timeout: float,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> object:
    """The server's own JSON answer, or None when there is none; never through a proxy."""
    connection = HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        body = answer.read()
        return json.loads(body) if answer.status == HTTPStatus.OK else None
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
