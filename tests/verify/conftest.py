"""The dev environment deployed with the real cdk, and traffic by the real X-Ray SDK."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_xray_sdk.core import AWSXRayRecorder, xray_recorder
from aws_xray_sdk.core.sampling.connector import ServiceConnector
from aws_xray_sdk.core.sampling.rule_cache import RuleCache
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.deployment import CdkProject, targets_of

NAME = "ledger-watcher"
STACK = f"fq-dev-{NAME}"
DEADLINE = 15.0


@pytest.fixture(scope="session", autouse=True)
def _no_socket_left_open() -> Iterator[None]:
    """Importing the SDK opens a UDP socket for its global recorder and never closes it."""
    yield
    xray_recorder.emitter._socket.close()


@pytest.fixture(scope="session")
def aws() -> Iterator[EmbeddedAws]:
    """The server."""
    with EmbeddedAws.start() as server:
        yield server


@pytest.fixture(autouse=True)
def _credentials(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lead the command to the embedded AWS, as a user's shell would lead it to an account."""
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in aws.cdk_environment().items():
        monkeypatch.setenv(name, value)


RULES = """\
default:
  fixed_rate: 0.1
  reservoir_size: 2
  managed_by: dev
groups:
  - name: faults
    filter_expression: fault
rules:
  - name: checkout
    priority: 100
    url_path: /checkout/*
    fixed_rate: 0.5
"""
ENVIRONMENT = f"""\
name: dev
namespace: fq
sampling_rules: ../rules.yaml
services:
  - name: {NAME}
    image: public.ecr.aws/docker/library/nginx:1.29.3-alpine
    port: 80
    sidecar: terraform
"""


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The cloud assembly of two environments, synthesised with the real cdk."""
    folder = tmp_path_factory.mktemp("verified")
    (folder / "rules.yaml").write_text(RULES)
    (folder / "environments").mkdir()
    for name in ("dev", "prod"):
        text = ENVIRONMENT.replace("name: dev", f"name: {name}")
        (folder / "environments" / f"{name}.yaml").write_text(text)
    CdkProject(repository).synthesise(
        folder / "cdk.out", context={"environments": str(folder / "environments")}
    )
    return folder / "cdk.out"


@pytest.fixture(scope="session")
def deployed(aws: EmbeddedAws, assembly: Path, repository: Path) -> EmbeddedAws:
    """The server with the dev environment on it, which nobody has used yet."""
    project = CdkProject(repository)
    folder = assembly / "assembly-dev"
    for target in targets_of(folder):
        project.bootstrap(aws, target)
        project.deploy(aws, folder, target)
    return aws


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A run of `ecs-xray verify --format json`."""

    code: int
    document: Mapping[str, Any]

    def of(self, check: str) -> Sequence[Mapping[str, Any]]:
        """Return what a check found; at least one thing."""
        found = [one for one in self.document["checks"] if one["check"] == check]
        assert found, f"{check} said nothing"
        return found

    def failed(self) -> Mapping[str, str]:
        """Return what failed, joined to one text, by check."""
        texts: dict[str, str] = {}
        for one in self.document["checks"]:
            if one["status"] == "failed":
                assert one["cure"], "a failure needs a cure"
                text = f"{one['subject']}: {one['text']}"
                texts[one["check"]] = f"{texts.get(one['check'], '')} {text}".strip()
        return texts

    def not_checked(self) -> Mapping[str, str]:
        """Return what was not checked, by check."""
        return {
            one["check"]: one["text"]
            for one in self.document["checks"]
            if one["status"] == "not checked"
        }


@pytest.fixture
def verify(
    deployed: EmbeddedAws, assembly: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Verified]:
    """Run the command over the dev environment."""
    del deployed

    def call(*arguments: str, folder: Path = assembly) -> Verified:
        capsys.readouterr()
        code = run(["verify", "--env", "dev", "--app", str(folder), "--format", "json", *arguments])
        captured = capsys.readouterr()
        assert captured.out, captured.err
        return Verified(code=code, document=json.loads(captured.out))

    return call


@contextmanager
def relay(client: Any) -> Iterator[tuple[str, list[str]]]:
    """What the daemon does: take datagrams of the SDK and hand them to X-Ray."""
    taken: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(DEADLINE)

        def pass_on() -> None:
            while (datagram := listener.recv(65_535)) != b"end":
                _, _, document = datagram.decode().partition("\n")
                client.put_trace_segments(TraceSegmentDocuments=[document])
                taken.append(document)

        thread = threading.Thread(target=pass_on)
        thread.start()
        host, port = listener.getsockname()
        yield f"{host}:{port}", taken
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"end", (host, port))
        thread.join(DEADLINE)


def send_requests(client: Any) -> None:
    """Let the real SDK record two requests, one of which fails."""
    recorder = AWSXRayRecorder()
    try:
        with relay(client) as (address, taken):
            recorder.configure(service=NAME, daemon_address=address, sampling=False, plugins=())
            for path, status in (("/checkout/1", 200), ("/checkout/2", 500)):
                segment = recorder.begin_segment(NAME)
                segment.put_http_meta("method", "GET")
                segment.put_http_meta("url", f"http://ledger{path}")
                segment.put_http_meta("status", status)
                with recorder.in_subsegment("DynamoDB", namespace="aws") as part:
                    if status == 500:
                        part.add_exception(TimeoutError("the table does not answer"), [])
                recorder.end_segment()
            deadline = time.monotonic() + DEADLINE
            while len(taken) < 2:
                assert time.monotonic() < deadline, "the segments did not come through"
                time.sleep(0.01)
    finally:
        recorder.emitter._socket.close()


def poll_sampling(port: int) -> None:
    """Let the real SDK fetch the rules, use one and report that."""
    connector = ServiceConnector()
    connector.setup_xray_client(ip="127.0.0.1", port=str(port), client=None)
    cache = RuleCache()
    cache.load_rules(connector.fetch_sampling_rules())
    now = int(time.time())
    cache.last_updated = now
    rule = cache.get_matched_rule(
        {"path": "/checkout/1", "host": "h", "method": "GET", "service": NAME}, now=now
    )
    assert rule is not None
    rule.increment_request_count()
    connector.fetch_sampling_target([rule])


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Refuse operations, as an account does whose credentials may not use them."""
    client: Any = BaseClient
    real = client._make_api_call

    def refuse(*operations: str, code: str = "AccessDeniedException") -> None:
        def call(self: Any, operation: str, arguments: Any) -> Any:
            if operation in operations:
                raise ClientError({"Error": {"Code": code, "Message": "not authorized"}}, operation)
            return real(self, operation, arguments)

        monkeypatch.setattr(client, "_make_api_call", call)

    return refuse


@pytest.fixture
def session(aws: EmbeddedAws) -> boto3.Session:
    """A session of somebody else, who breaks things."""
    return aws.session()
