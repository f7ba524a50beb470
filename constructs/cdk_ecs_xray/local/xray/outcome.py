"""How a piece of work ended: ok, error, throttle or fault."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any


class ResponseStatus(Enum):
    """What X-Ray counts a segment or subsegment as."""

    OK = "ok"
    ERROR = "error"
    THROTTLE = "throttle"
    FAULT = "fault"


def outcome_of(document: Mapping[str, Any]) -> ResponseStatus:
    """The worst of its flags and its HTTP status; SDKs set both, other senders one of them."""
    status = http_status(document) or HTTPStatus.OK
    if document.get("fault") is True or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ResponseStatus.FAULT
    if document.get("throttle") is True or status == HTTPStatus.TOO_MANY_REQUESTS:
        return ResponseStatus.THROTTLE
    if document.get("error") is True or status >= HTTPStatus.BAD_REQUEST:
        return ResponseStatus.ERROR
    return ResponseStatus.OK


def http_status(document: Mapping[str, Any]) -> int | None:
    """The response's status, when the document carries one."""
    status = block(block(document, "http"), "response").get("status")
    return status if isinstance(status, int) and not isinstance(status, bool) else None


def block(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested object of a document; empty when missing or of another type."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}
