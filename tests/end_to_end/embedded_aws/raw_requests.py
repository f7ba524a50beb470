"""Requests to the AWS emulator, header by header, signed in one way or another."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cdk_ecs_xray.local import EmbeddedAws

ACCOUNT = "000000000000"
REGION = "us-east-1"
LIST_STACKS = "Action=ListStacks&Version=2010-05-15"


class Asked:
    """The answer to a raw request."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body

    @property
    def cors(self) -> list[str]:
        return [name for name in self.headers if name.startswith("access-control-")]


def send(
    aws: EmbeddedAws,
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Asked:
    """Send exactly these headers, and a length."""
    headers = {"Host": f"127.0.0.1:{aws.port}", **(headers or {})}
    connection = HTTPConnection("127.0.0.1", aws.port, timeout=60)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return Asked(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def secret_of(aws: EmbeddedAws) -> str:
    return aws.cdk_environment()["AWS_SECRET_ACCESS_KEY"]


def signed(
    aws: EmbeddedAws,
    method: str = "POST",
    path: str = "/",
    *,
    body: str = LIST_STACKS,
    service: str = "cloudformation",
    headers: Mapping[str, str] | None = None,
    secret: str | None = None,
    signer: Any = SigV4Auth,
) -> dict[str, str]:
    """The headers of a signed request, as a list of stacks by default in Query form."""
    plain = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    request = AWSRequest(method=method, url=aws.url + path, data=body, headers=plain)
    credentials = Credentials(ACCOUNT, secret_of(aws) if secret is None else secret)
    signer(credentials, service, REGION).add_auth(request)
    return {**dict(request.headers.items()), "Host": urlsplit(aws.url).netloc}


def presigned(
    aws: EmbeddedAws, url: str, *, expires: int, method: str = "GET", service: str = "s3"
) -> str:
    """The target of a presigned request."""
    request = AWSRequest(method=method, url=aws.url + url)
    kind = S3SigV4QueryAuth if service == "s3" else SigV4QueryAuth
    kind(Credentials(ACCOUNT, secret_of(aws)), service, REGION, expires=expires).add_auth(request)
    return str(request.url).removeprefix(aws.url)
