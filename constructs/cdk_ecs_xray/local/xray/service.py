"""X-Ray over HTTP: which path is which operation, in which account and region."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.operations import OPERATIONS
from cdk_ecs_xray.local.xray.refusals import (
    InvalidRequestError,
    UnknownOperationError,
    XRayRefusalError,
)
from cdk_ecs_xray.local.xray.store import XRayStore
from cdk_ecs_xray.local.xray.transaction_search import SpanLog

OTLP_PATH = "/v1/traces"


class Scope(NamedTuple):
    """The account and region whose state a request concerns."""

    account: str
    region: str


@dataclass(frozen=True, kw_only=True)
class Response:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class XRayService:
    """X-Ray for every account and region, each with a state of its own."""

    def __init__(
        self, *, clock: Callable[[], float] = time.time, span_log: SpanLog | None = None
    ) -> None:
        self._clock = clock
        self._span_log = span_log
        self._stores: dict[Scope, XRayStore] = {}

    def store(self, scope: Scope) -> XRayStore:
        """The state of one account and region; empty at first."""
        if scope not in self._stores:
            self._stores[scope] = XRayStore(
                account=scope.account,
                region=scope.region,
                clock=self._clock,
                span_log=self._span_log,
            )
        return self._stores[scope]

    def reset(self) -> None:
        """Forget everything, in every account."""
        self._stores.clear()

    def answer(
        self, *, scope: Scope, path: str, body: bytes, headers: Mapping[str, str] = {}
    ) -> Response:
        """Serve one request; every refusal becomes an error of X-Ray's own form."""
        try:
            if path == OTLP_PATH:
                return self._take_spans(scope, body, headers)
            return _json(200, self._perform(scope, path, body))
        except XRayRefusalError as refusal:
            return _json(refusal.status, refusal.body(), {"x-amzn-ErrorType": refusal.code})

    def _take_spans(self, scope: Scope, body: bytes, headers: Mapping[str, str]) -> Response:
        # Imported late: the page of traces reads stores without OpenTelemetry's messages.
        from cdk_ecs_xray.local.xray.otlp_endpoint import take_spans

        answer = take_spans(self.store(scope), body, headers, now=self._clock())
        kind = headers.get("content-type", "").partition(";")[0].strip()
        return Response(status=200, headers={"Content-Type": kind}, body=answer)

    def _perform(self, scope: Scope, path: str, body: bytes) -> Document:
        operation = OPERATIONS.get(path)
        if operation is None:
            raise UnknownOperationError(
                f"The AWS emulator does not serve {path}; it serves {', '.join(OPERATIONS)}"
            )
        return operation(self.store(scope), _parsed(body))


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        request = json.loads(body or b"{}")
    except ValueError as error:
        raise InvalidRequestError(f"The request is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise InvalidRequestError("The request is not a JSON object")
    return request


def _json(status: int, document: Mapping[str, Any], headers: Mapping[str, str] = {}) -> Response:
    return Response(
        status=status,
        headers={
            "Content-Type": "application/json",
            "x-amzn-RequestId": str(uuid.uuid4()),
            **headers,
        },
        body=json.dumps(document).encode(),
    )
