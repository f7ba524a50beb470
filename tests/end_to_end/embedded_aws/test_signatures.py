"""What a signature has to be: of this run's secret, of this request, and fresh."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any

import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth
from botocore.config import Config
from botocore.exceptions import ClientError

from cdk_ecs_xray.local import EmbeddedAws, control
from tests.end_to_end.embedded_aws.raw_requests import (
    ACCOUNT,
    LIST_STACKS,
    presigned,
    secret_of,
    send,
    signed,
)


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
    connection = HTTPConnection("127.0.0.1", aws.port, timeout=60)
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
