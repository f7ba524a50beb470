"""What a collector does with the polls of an SDK: sign them and pass them on."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.embedded_aws import DEFAULT_ACCOUNT, DEFAULT_REGION


@contextmanager
def signing_proxy(
    aws: EmbeddedAws,
    *,
    asked: list[tuple[str, bytes]] | None = None,
    account: str = DEFAULT_ACCOUNT,
    region: str = DEFAULT_REGION,
) -> Iterator[int]:
    """The port of a proxy that signs for an account and region.

    :param asked: takes each request that was answered: its path and body.
    """
    session = aws.session(account=account, region=region)
    credentials: Any = session.get_credentials()

    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = AWSRequest(method="POST", url=aws.url + self.path, data=body)
            SigV4Auth(credentials, "xray", session.region_name).add_auth(request)
            forwarded = urllib.request.Request(  # noqa: S310 - loopback
                str(request.url), data=body, headers=dict(request.headers.items())
            )
            with urllib.request.urlopen(forwarded) as answer:  # noqa: S310 - loopback
                content = answer.read()
            if asked is not None:
                asked.append((self.path, body))
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
