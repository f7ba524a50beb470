"""The ASGI application behind the gate: X-Ray and the control paths here, the rest to ministack.

The only file that joins the X-Ray service with ministack's idea of accounts and regions.
"""

from __future__ import annotations

import asyncio
import json
import re

from ministack import app as ministack_app
from ministack.core import responses, router

from cdk_ecs_xray.local import cloudformation, control, execution, gaps, inert, planting
from cdk_ecs_xray.local.gate import Application, Message, Receive, Send, guarded, headers_of
from cdk_ecs_xray.local.span_log import CloudWatchSpanLog
from cdk_ecs_xray.local.xray import Scope, XRayService
from cdk_ecs_xray.local.xray.feed import feed
from cdk_ecs_xray.local.xray.service import Response

_SIGNED_FOR_XRAY = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/xray/")


def embedded_aws_app(*, port: int) -> Application:
    """The whole AWS emulator: ministack, its gaps closed, X-Ray in front of it, and the gate."""
    xray = XRayService(span_log=CloudWatchSpanLog())
    execution.restrict()
    gaps.mend_all()
    cloudformation.register(xray)
    inert.accept()
    _reset_with_ministack(xray)

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await ministack_app.app(scope, receive, send)
        elif scope["path"] == control.HEALTH_PATH:
            await _send(send, _document(control.health_document()))
        elif scope["path"] == control.RESET_PATH and scope["method"] == "POST":
            async with ministack_app._get_reset_lock():
                await asyncio.to_thread(ministack_app._reset_all_state)
            await _send(send, _document({"reset": "ok"}))
        elif scope["path"] == control.SEED_PATH and scope["method"] == "POST":
            _in_scope_of(headers_of(scope))
            await _send(send, _document(_planted(await _body(receive))))
        elif scope["path"] == control.INERT_PATH and scope["method"] == "GET":
            await _send(send, _document({"types": inert.accepted()}))
        elif scope["path"] == control.FEED_PATH and scope["method"] == "POST":
            _in_scope_of(headers_of(scope))
            asked = json.loads(await _body(receive))
            await _send(send, _document(feed(xray.store(current_scope()), asked)))
        elif _is_for_xray(scope):
            await _send(send, await _answer(xray, scope, receive))
        else:
            await ministack_app.app(scope, receive, send)

    return guarded(app, port=port)


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
    authorization = headers_of(scope).get("authorization", "")
    return _SIGNED_FOR_XRAY.search(authorization) is not None


async def _answer(xray: XRayService, scope: Message, receive: Receive) -> Response:
    _in_scope_of(headers_of(scope))
    body = await _body(receive)
    return xray.answer(
        scope=current_scope(), path=scope["path"], body=body, headers=headers_of(scope)
    )


def _in_scope_of(headers: dict[str, str]) -> None:
    """Go on in the account and region that a request is signed for."""
    # Sets context variables of this request's own task.
    responses.set_request_account_id(router.extract_access_key_id(headers, {}))
    responses.set_request_region(router.extract_region(headers, {}))


def _planted(body: bytes) -> dict[str, object]:
    try:
        return {"made": planting.plant(json.loads(body))}
    except ValueError as refused:
        return {"refused": str(refused)}


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def _document(document: dict[str, object]) -> Response:
    return Response(
        status=200,
        headers={"Content-Type": "application/json"},
        body=json.dumps(document).encode(),
    )


async def _send(send: Send, answer: Response) -> None:
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": answer.body})
