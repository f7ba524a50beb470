"""Who is served: programs of the user who started the server, and no web page.

Three locks, in this order: the request names this very address (a page that has its own name
lead here does not), no browser sends it for another site, and it is signed with the secret of
this run. The health check alone needs no signature. CORS headers never leave.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ministack.core.iam_actions import access_denied_response

from cdk_ecs_xray.local import control
from cdk_ecs_xray.local.signatures import (
    Refusal,
    Request,
    check_body,
    check_signature,
    read_signature,
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

# Larger bodies must say their hash in a header, which is checked before the body is read.
LARGEST_UNHASHED = 100_000_000
_OWN_SITE = frozenset({"same-origin", "none"})
_CORS = b"access-control-"
_FORBIDDEN = 403


def guarded(app: Application, *, port: int) -> Application:
    """*app* behind the gate of a server on *port*."""
    names = frozenset(f"{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]"))

    async def serve(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
        elif scope["type"] != "http":
            # No client of the kit's speaks WebSocket, and browsers ask no leave to open one.
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _serve_http(app, names, scope, receive, _without_cors(send))

    return serve


async def _serve_http(
    app: Application, names: frozenset[str], scope: Message, receive: Receive, send: Send
) -> None:
    headers = headers_of(scope)
    problem = _site_problem(headers, names)
    if problem is not None:
        await _refuse_site(send, problem)
        return
    if scope["path"] == control.HEALTH_PATH and scope["method"] == "GET":
        await app(scope, receive, send)
        return
    request = Request(
        method=scope["method"],
        raw_path=(scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=headers,
    )
    checked = await _checked_body(request, receive)
    if isinstance(checked, Refusal):
        await _refuse_signature(send, checked, headers)
    else:
        await app(scope, _replay(checked, receive), send)


def headers_of(scope: Message) -> dict[str, str]:
    """The headers by lower-case name; one that comes twice is joined as signatures join it."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _site_problem(headers: dict[str, str], names: frozenset[str]) -> str | None:
    host = headers.get("host", "")
    if host.lower() not in names:
        return f"Host must be one of {', '.join(sorted(names))} (got {host[:80]!r})"
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        return f"Origin must be absent (got {origin[:80]!r})"
    site = headers.get("sec-fetch-site")
    if site is not None and site.lower() not in _OWN_SITE:
        return f"Sec-Fetch-Site must be absent (got {site[:80]!r})"
    return None


async def _checked_body(request: Request, receive: Receive) -> bytes | Refusal:
    """The body of a request whose signature and hash are right; nothing is read for others."""
    signed = read_signature(request)
    if isinstance(signed, Refusal):
        return signed
    if not signed.needs_body:
        wrong = check_signature(signed, request, b"")
        if wrong is not None:
            return wrong
    body = await _read(receive, largest=LARGEST_UNHASHED if signed.needs_body else None)
    if body is None:
        message = f"A body of more than {LARGEST_UNHASHED} bytes needs x-amz-content-sha256."
        return Refusal(
            code="IncompleteSignature", message=message, service=signed.signature.service
        )
    wrong = check_signature(signed, request, body) if signed.needs_body else None
    return wrong or check_body(signed, body) or body


async def _read(receive: Receive, *, largest: int | None) -> bytes | None:
    chunks, size = [], 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        chunks.append(chunk)
        size += len(chunk)
        if largest is not None and size > largest:
            return None
        if not message.get("more_body", False):
            return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once more for the application; after it, whatever comes from the client."""
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _without_cors(send: Send) -> Send:
    async def strip(message: Message) -> None:
        if "headers" in message:
            kept = [(k, v) for k, v in message["headers"] if not k.lower().startswith(_CORS)]
            message = {**message, "headers": kept}
        await send(message)

    return strip


async def _refuse_site(send: Send, problem: str) -> None:
    text = f"AWS emulator: {problem}. Only programs on this machine are served, no web page."
    body = json.dumps({"message": text}).encode()
    await _answer(send, _FORBIDDEN, {"Content-Type": "application/json"}, body)


async def _refuse_signature(send: Send, refusal: Refusal, headers: dict[str, str]) -> None:
    status, answer, body = access_denied_response(
        refusal.service,
        "",
        "",
        str(uuid.uuid4()),
        error_code=refusal.code,
        message=refusal.message,
        headers=headers,
    )
    await _answer(send, status, answer, body)


async def _answer(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    pairs = {**headers, "Content-Length": str(len(body)), "Connection": "close"}
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in pairs.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})
