"""What a request has to be before a view sees it, and what every answer carries.

Other sites that the same browser shows, and other users of the machine, can reach a port of
loopback: a name that leads here is refused (DNS rebinding), so is a request that another site
makes, and a real account's page wants the token of the address that was printed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TOKEN = "token"  # noqa: S105 - the parameter's name
_OWN = ("", "same-origin", "none")


class Guard:
    """Lets through what may be asked.

    :param port: where the page listens.
    :param token: that a browser has to show once; None where anyone on the machine may read.
    """

    def __init__(self, app: ASGIApp, *, port: int, token: str | None = None) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._token = token
        self._cookie = f"ecs-xray-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand over to the views."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        answer = self._refusal(scope)
        await (self._app if answer is None else answer)(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if headers.getlist("host") != [headers.get("host")] or headers["host"] not in self._hosts:
            return PlainTextResponse("This host is not served here.\n", status_code=421)
        if scope["method"] != "GET":
            refused = PlainTextResponse("Only GET is served.\n", status_code=405)
            refused.headers["Allow"] = "GET"
            return refused
        if not self._is_own(headers):
            return PlainTextResponse("Other sites may not ask.\n", status_code=403)
        return None if self._token is None else self._unknown(scope, headers)

    def _is_own(self, headers: Headers) -> bool:
        """Whether no other site asks; a link that is followed from one is all right."""
        origin = headers.get("origin")
        if origin is not None and origin.removeprefix("http://") not in self._hosts:
            return False
        if headers.get("sec-fetch-site", "") in _OWN:
            return True
        return headers.get("sec-fetch-mode") == "navigate" and (
            headers.get("sec-fetch-dest") == "document"
        )

    def _unknown(self, scope: Scope, headers: Headers) -> Response | None:
        parameters = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        shown = dict(parameters).get(_TOKEN)
        if shown is not None and self._is_token(shown):
            kept = urlencode([pair for pair in parameters if pair[0] != _TOKEN])
            path = scope["path"] if scope["path"].startswith("/traces") else "/traces"
            answer = RedirectResponse(f"{path}?{kept}" if kept else path, status_code=302)
            answer.set_cookie(
                self._cookie, shown, httponly=True, samesite="strict", path="/", secure=False
            )
            return answer
        known = cookie_parser(headers.get("cookie", "")).get(self._cookie, "")
        if self._is_token(known):
            return None
        return PlainTextResponse(
            "Open the whole address that ecs-xray traces printed.\n", status_code=403
        )

    def _is_token(self, shown: str) -> bool:
        return secrets.compare_digest(shown.encode(), str(self._token).encode())
