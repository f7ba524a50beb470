"""The ASGI application: X-Ray and the control paths here, everything else to ministack.

The only file that joins the X-Ray service with ministack's idea of accounts and regions.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ministack import app as ministack_app
from ministack.core import responses, router

from cdk_ecs_xray.local import cloudformation, control, gaps
from cdk_ecs_xray.local.xray import Scope, XRayService
from cdk_ecs_xray.local.xray.service import SAMPLING_POLL_PATHS, Answer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

_SIGNED_FOR_XRAY = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/xray/")


def embedded_aws_app(health: control.Health) -> Application:
    """The whole embedded AWS: ministack, its gaps mended, and X-Ray in front of it."""
    xray = XRayService()
    gaps.mend_all()
    cloudformation.register(xray)
    _reset_with_ministack(xray)

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await ministack_app.app(scope, receive, send)
        elif scope["path"] == control.HEALTH_PATH:
            await _send(send, _document(health.document()))
        elif scope["path"] == control.RESET_PATH and scope["method"] == "POST":
            async with ministack_app._get_reset_lock():
                await asyncio.to_thread(ministack_app._reset_all_state)
            await _send(send, _document({"reset": "ok"}))
        elif _is_for_xray(scope):
            await _send(send, await _answer(xray, scope, receive))
        else:
            await ministack_app.app(scope, receive, send)

    return app


def current_scope() -> Scope:
    """The account and region of the request that ministack is serving right now."""
    return Scope(responses.get_account_id(), responses.get_region())


def _reset_with_ministack(xray: XRayService) -> None:
    """Ministack's own reset path must forget X-Ray too."""
    reset_ministack = ministack_app._reset_all_state

    def reset() -> None:
        reset_ministack()
        xray.reset()

    ministack_app._reset_all_state = reset


def _is_for_xray(scope: Message) -> bool:
    authorization = _headers(scope).get("authorization", "")
    if authorization:
        return _SIGNED_FOR_XRAY.search(authorization) is not None
    return scope["method"] == "POST" and scope["path"] in SAMPLING_POLL_PATHS


async def _answer(xray: XRayService, scope: Message, receive: Receive) -> Answer:
    headers = _headers(scope)
    # Sets context variables of this request's own task.
    responses.set_request_account_id(router.extract_access_key_id(headers, {}))
    responses.set_request_region(router.extract_region(headers, {}))
    body = await _body(receive)
    return xray.answer(scope=current_scope(), path=scope["path"], body=body)


def _headers(scope: Message) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def _document(document: dict[str, object]) -> Answer:
    return Answer(
        status=200,
        headers={"Content-Type": "application/json"},
        body=json.dumps(document).encode(),
    )


async def _send(send: Send, answer: Answer) -> None:
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": answer.body})
