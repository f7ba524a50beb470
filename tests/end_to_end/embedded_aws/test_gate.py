"""Who is served: whoever has the secret of the run, no web page, nobody else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cdk_ecs_xray.local import EmbeddedAws, control
from tests.end_to_end.embedded_aws.raw_requests import LIST_STACKS, send, signed


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
    assert [reply.status for reply in asked] == [200, 200, 200, 403]
    assert [reply.cors for reply in asked] == [[]] * 4
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
        ("POST", "/v1/traces"),
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
