"""The proxy on TCP through which SDKs ask for sampling rules: signs what it passes on.

The daemon's proxy signs any path; this one passes on only what SDKs ask, as whoever reaches it on
this machine has the rights of its keys.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cdk_ecs_xray.local.relay import log
from cdk_ecs_xray.local.relay.sender import TIMEOUT

PATHS = ("/GetSamplingRules", "/SamplingTargets")
_LARGEST_BODY = 1 << 20


class SamplingProxy(ThreadingHTTPServer):
    """Serves on one address until it is shut down.

    :param client: of X-Ray: where to pass requests on, and with which keys.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], client: Any) -> None:
        super().__init__(address, _Handler)
        self.client = client

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say so in a line: an SDK that hangs up is no news."""
        del request, client_address
        log.error(f"http: proxy error: {sys.exception()}")


class _Handler(BaseHTTPRequestHandler):
    server: SamplingProxy
    timeout = 10

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if self.path not in PATHS or not length.isdigit() or int(length) > _LARGEST_BODY:
            self._answer(404 if self.path not in PATHS else 413, b"")
            return
        status, body = self._pass_on(self.rfile.read(int(length)))
        self._answer(status, body)

    def _pass_on(self, body: bytes) -> tuple[int, bytes]:
        request = self._signed(body)
        try:
            with _OPENER.open(request, timeout=TIMEOUT) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()
        except OSError as error:
            log.error(f"http: proxy error: {error}")
            return 502, b""

    def _signed(self, body: bytes) -> urllib.request.Request:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        client = self.server.client
        url = client.meta.endpoint_url.rstrip("/") + self.path
        headers = {"Content-Type": "application/json"}
        request = AWSRequest(method="POST", url=url, data=body, headers=headers)
        credentials = client._request_signer._credentials
        SigV4Auth(credentials, "xray", client.meta.region_name).add_auth(request)
        return urllib.request.Request(  # noqa: S310 - the endpoint is AWS's or the user's own
            url, data=body, headers=dict(request.headers.items())
        )

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request, as the daemon does."""


# No proxy of the environment between the relay and the AWS emulator.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
