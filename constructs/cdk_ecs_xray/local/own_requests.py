"""Requests to the paths that are the AWS emulator's own, signed as all others are."""

from __future__ import annotations

from cdk_ecs_xray.local import control


def ask_signed(
    port: int,
    method: str,
    path: str,
    *,
    secret: str,
    account: str,
    region: str,
    body: bytes | None = None,
) -> object:
    """The server's JSON answer, or None when there is none."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    url = f"http://{control.HOST}:{port}{path}"
    request = AWSRequest(method=method, url=url, data=body)
    SigV4Auth(Credentials(account, secret), "ecs-xray", region).add_auth(request)
    headers = dict(request.headers.items())
    return control.ask(port, method, path, timeout=20, headers=headers, body=body)
