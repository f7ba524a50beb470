"""Who is served: whoever has the secret of the run, no web page, nobody else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from cdk_ecs_xray.local import EmbeddedAws, control

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
    connection = HTTPConnection("127.0.0.1", aws.port, timeout=10)
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
    """The headers of a signed request, as a list of stacks in Query form unless told."""
    plain = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    request = AWSRequest(method=method, url=aws.url + path, data=body, headers=plain)
    credentials = Credentials(ACCOUNT, secret_of(aws) if secret is None else secret)
    signer(credentials, service, REGION).add_auth(request)
    return {**dict(request.headers.items()), "Host": urlsplit(aws.url).netloc}


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Set the client's clock."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(
            botocore.auth,
            "get_current_datetime",
            lambda **_: (datetime.now(UTC) + by).replace(tzinfo=None),
        )

    return move


def test_a_signed_request_is_served(aws: EmbeddedAws) -> None:
    asked = send(aws, "POST", "/", signed(aws), LIST_STACKS.encode())
    assert asked.status == 200
    assert b"ListStacksResult" in asked.body


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_each_name_of_the_loopback_address_will_do(aws: EmbeddedAws, host: str) -> None:
    headers = {"Host": f"{host}:{aws.port}"}
    assert send(aws, "GET", control.HEALTH_PATH, headers).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example:{port}",
        "",
        "a\tb",
    ],
)
@pytest.mark.parametrize("path", ["/", control.HEALTH_PATH, "/_ministack/health"])
def test_any_other_host_is_refused(aws: EmbeddedAws, host: str, path: str) -> None:
    """A page whose own name was made to lead here has that name in its requests."""
    name = host.format(port=aws.port)
    asked = send(aws, "GET", path, {**signed(aws), "Host": name})
    assert asked.status in (400, 403)
    assert asked.cors == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/", control.HEALTH_PATH])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_another_site_is_refused_whatever_it_signs(
    aws: EmbeddedAws, headers: dict[str, str], path: str, method: str
) -> None:
    asked = send(aws, method, path, {**signed(aws), **headers}, LIST_STACKS.encode())
    assert asked.status == 403
    assert asked.cors == []
    assert "no web page" in json.loads(asked.body)["message"]


def test_no_answer_gives_a_page_leave_to_read_it(aws: EmbeddedAws) -> None:
    bucket = aws.client("s3")
    bucket.create_bucket(Bucket="traces")
    bucket.put_bucket_cors(
        Bucket="traces",
        CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
    )
    answered = bucket.list_objects_v2(Bucket="traces")["ResponseMetadata"]["HTTPHeaders"]
    asked = [
        send(aws, "POST", "/", signed(aws), LIST_STACKS.encode()),
        send(aws, "OPTIONS", "/", signed(aws, "OPTIONS", body="")),
        send(aws, "GET", control.HEALTH_PATH),
        send(aws, "GET", "/"),
    ]
    assert [one.status for one in asked] == [200, 200, 200, 403]
    assert [one.cors for one in asked] == [[]] * 4
    assert not [name for name in answered if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", control.RESET_PATH),
        ("POST", "/_ministack/reset"),
        ("GET", "/_ministack/health"),
        ("POST", "/_ministack/config"),
        ("POST", control.HEALTH_PATH),
        ("PUT", "/_ministack/cfn-response/x"),
        ("POST", "/GetSamplingRules"),
        ("POST", "/SamplingTargets"),
        ("GET", "/latest/meta-data/"),
        ("GET", "/health"),
        ("POST", "/"),
        ("OPTIONS", "/"),
    ],
)
def test_nothing_but_the_health_check_is_served_unsigned(
    aws: EmbeddedAws, method: str, path: str
) -> None:
    asked = send(aws, method, path, body=b"{}")
    assert asked.status in (400, 403)
    assert re.search(rb"Missing ?Authentication ?Token", asked.body)


@pytest.mark.parametrize("secret", ["", "x", "test", "a" * 40])
@pytest.mark.parametrize("service", ["cloudformation", "s3", "logs", "xray", "lambda", "ec2"])
def test_a_wrong_secret_is_refused(aws: EmbeddedAws, secret: str, service: str) -> None:
    headers = signed(aws, secret=secret, service=service)
    assert send(aws, "POST", "/", headers, LIST_STACKS.encode()).status in (400, 401, 403)


def test_a_wrong_secret_has_the_code_that_aws_gives(aws: EmbeddedAws) -> None:
    client = aws.session().client(
        "cloudformation", aws_access_key_id=ACCOUNT, aws_secret_access_key=ACCOUNT
    )
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        client.list_stacks()


@pytest.mark.parametrize(
    "change",
    [
        {"X-Amz-Date": "20260101T000000Z"},
        {"Authorization": "AWS4-HMAC-SHA256 Credential=x"},
        {"Authorization": "Bearer x"},
        {"Authorization": "AWS 000000000000:x"},
        {"Authorization": ""},
    ],
    ids=str,
)
def test_half_a_signature_is_none(aws: EmbeddedAws, change: dict[str, str]) -> None:
    asked = send(aws, "POST", "/", signed(aws) | change, LIST_STACKS.encode())
    assert asked.status in (400, 403)


def test_a_signature_is_for_one_method_path_query_header_and_body(aws: EmbeddedAws) -> None:
    headers = signed(aws)
    other_body = LIST_STACKS.replace("ListStacks", "ListExports").encode()
    target = {**signed(aws, headers={"X-Amz-Target": "Logs.A"}), "X-Amz-Target": "Logs.B"}
    for asked in (
        send(aws, "PUT", "/", headers, LIST_STACKS.encode()),
        send(aws, "POST", "/other", headers, LIST_STACKS.encode()),
        send(aws, "POST", "/?Action=DeleteStack", headers, LIST_STACKS.encode()),
        send(aws, "POST", "/", headers, other_body),
        send(aws, "POST", "/", target, LIST_STACKS.encode()),
        send(aws, "POST", "/", {**headers, "X-Amz-Target": "Logs.B"}, LIST_STACKS.encode()),
        send(aws, "POST", "/", {**headers, "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}, other_body),
    ):
        assert asked.status in (400, 403)


def test_the_body_is_the_one_whose_hash_was_signed(aws: EmbeddedAws) -> None:
    aws.client("s3").create_bucket(Bucket="traces")
    headers = signed(aws, "PUT", "/traces/key", body="one", service="s3", signer=S3SigV4Auth)
    assert send(aws, "PUT", "/traces/key", headers, b"two").status == 403
    assert send(aws, "PUT", "/traces/key", headers, b"one").status == 200


@pytest.mark.parametrize(
    ("minutes", "served"), [(-6, False), (-4, True), (0, True), (4, True), (6, False)]
)
def test_a_signature_is_good_for_five_minutes(
    aws: EmbeddedAws, at: Callable[[timedelta], None], minutes: int, *, served: bool
) -> None:
    at(timedelta(minutes=minutes))
    asked = send(aws, "POST", "/", signed(aws), LIST_STACKS.encode())
    assert (asked.status == 200) is served


def presigned(
    aws: EmbeddedAws, url: str, *, expires: int, method: str = "GET", service: str = "s3"
) -> str:
    """The target of a presigned request."""
    request = AWSRequest(method=method, url=aws.url + url)
    kind = S3SigV4QueryAuth if service == "s3" else SigV4QueryAuth
    kind(Credentials(ACCOUNT, secret_of(aws)), service, REGION, expires=expires).add_auth(request)
    return str(request.url).removeprefix(aws.url)


def test_a_presigned_address_is_served_until_it_expires(
    aws: EmbeddedAws, at: Callable[[timedelta], None]
) -> None:
    bucket = aws.client("s3")
    bucket.create_bucket(Bucket="traces")
    bucket.put_object(Bucket="traces", Key="a b/ü+c", Body=b"x")
    target = presigned(aws, "/traces/a%20b/%C3%BC%2Bc", expires=60)
    assert send(aws, "GET", target).body == b"x"
    assert send(aws, "GET", target.replace("Expires=60", "Expires=61")).status == 403
    assert send(aws, "PUT", target, body=b"y").status == 403
    assert send(aws, "GET", presigned(aws, "/traces/a", expires=604_801)).status in (400, 403)
    at(timedelta(seconds=-61))
    assert send(aws, "GET", presigned(aws, "/traces/a%20b/%C3%BC%2Bc", expires=60)).status == 403


def test_a_presigned_request_to_another_service_signs_its_body(aws: EmbeddedAws) -> None:
    query = "/?Action=GetCallerIdentity&Version=2011-06-15"
    target = presigned(aws, query, expires=60, method="POST", service="sts")
    assert send(aws, "POST", target).status == 200
    assert send(aws, "POST", target, body=b"Action=AssumeRole").status == 403
    hash_of_nothing = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    assert send(aws, "POST", target, hash_of_nothing, b"Action=AssumeRole").status == 403


def test_a_session_signs_with_its_own_secret_and_token(aws: EmbeddedAws) -> None:
    given = aws.client("sts").assume_role(
        RoleArn="arn:aws:iam::222222222222:role/deploy", RoleSessionName="deploy"
    )["Credentials"]

    def caller(**changed: str) -> Any:
        named = {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }
        return aws.session().client("sts", **{**named, **changed}).get_caller_identity()

    assert caller()["Account"] == "222222222222"
    for wrong in (
        {"aws_secret_access_key": secret_of(aws)},
        {"aws_session_token": "x"},
        {"aws_access_key_id": "ASIAXXXXXXXXXXXXXXXX"},
    ):
        with pytest.raises(ClientError):
            caller(**wrong)


def test_a_body_too_large_to_hash_first_is_not_kept(aws: EmbeddedAws) -> None:
    """Only its head is sent: the server must answer without waiting for what was announced."""
    chunk = b"x" * 1_000_000
    headers = signed(aws, body="", headers={"Content-Length": "200000000"})
    connection = HTTPConnection("127.0.0.1", aws.port, timeout=10)
    try:
        connection.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        try:
            for _ in range(120):
                connection.send(chunk)
            assert connection.getresponse().status == 400
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert send(aws, "GET", control.HEALTH_PATH).status == 200
    finally:
        connection.close()


def test_what_the_clients_of_this_kit_send_is_served(aws: EmbeddedAws) -> None:
    """Streams, large parts and every protocol that botocore speaks."""
    bucket = aws.session().client("s3", config=Config(signature_version="s3v4"))
    bucket.create_bucket(Bucket="traces")
    bucket.put_object(Bucket="traces", Key="a b/ü+c?d", Body=b"x" * 9_000_000)
    assert bucket.head_object(Bucket="traces", Key="a b/ü+c?d")["ContentLength"] == 9_000_000
    for service, operation in (
        ("cloudformation", "list_stacks"),
        ("cloudwatch", "list_metrics"),
        ("ec2", "describe_vpcs"),
        ("ecs", "list_clusters"),
        ("iam", "list_roles"),
        ("lambda", "list_functions"),
        ("logs", "describe_log_groups"),
        ("ssm", "describe_parameters"),
        ("xray", "get_groups"),
    ):
        getattr(aws.client(service), operation)()


def test_no_websocket_is_opened(aws: EmbeddedAws) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert send(aws, "GET", "/_aws/execute-api/a/prod", headers).status == 403


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become another user")
def test_another_user_of_the_machine_finds_no_secret_and_is_not_served(aws: EmbeddedAws) -> None:
    folder = Path(aws.cdk_environment()["CDK_HOME"]).parent
    program = Path(__file__).with_name("another_user.py")
    done = subprocess.run(
        [sys.executable, "-I", str(program), str(aws.port), str(aws.pid), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["user"] not in (0, os.getuid())
    assert (found["read"], found["listed"]) == ([], False)
    assert len(found["answers"]) == 6
    assert set(found["answers"]) <= {400, 403}
