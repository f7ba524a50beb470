"""What the server and its callers agree on: addresses, paths, the health document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self

HOST = "127.0.0.1"
# Outside X-Ray's and ministack's paths.
HEALTH_PATH = "/_ecs_xray/health"
RESET_PATH = "/_ecs_xray/reset"
HOME_PREFIX = "ecs-xray-aws-"
KIND = "cdk-ecs-xray embedded AWS"


@dataclass(frozen=True, kw_only=True)
class Health:
    """Who answers on a port: enough to stop it without a state file anywhere."""

    pid: int
    home: Path

    def document(self) -> dict[str, object]:
        """The health answer."""
        return {"kind": KIND, "pid": self.pid, "home": str(self.home)}

    @classmethod
    def from_document(cls, document: object) -> Self | None:
        """The health answer read back; None when another program answered."""
        if not isinstance(document, dict) or document.get("kind") != KIND:
            return None
        return cls(pid=int(document["pid"]), home=Path(document["home"]))


def health_of(port: int, *, timeout: float) -> Health | None:
    """Who answers on *port*, when it is a server of ours."""
    return Health.from_document(ask(port, "GET", HEALTH_PATH, timeout=timeout))


def ask(port: int, method: str, path: str, *, timeout: float) -> object:
    """The server's own JSON answer, or None when there is none; never through a proxy."""
    connection = HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        return json.loads(body) if answer.status == HTTPStatus.OK else None
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
