"""The dev environment deployed with the real cdk, and traffic by the real X-Ray SDK."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_xray_sdk.core import xray_recorder
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.cdk_project import CdkProject, targets_of
from tests.end_to_end.verify.traffic import (
    NAME,
    poll_sampling,
    send_requests,
    write_collector_log,
)


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
    """Lead the command to the AWS emulator, as a user's shell would lead it to an account."""
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
    """The cloud assembly of two environments, synthesized with the real cdk."""
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
        found = [shown for shown in self.document["checks"] if shown["check"] == check]
        assert found, f"{check} said nothing"
        return found

    def failed(self) -> Mapping[str, str]:
        """Return what failed, joined to one text, by check."""
        texts: dict[str, str] = {}
        for shown in self.document["checks"]:
            if shown["status"] == "failed":
                assert shown["fix"], "a failure needs a fix"
                text = f"{shown['where']}: {shown['what']}"
                texts[shown["check"]] = f"{texts.get(shown['check'], '')} {text}".strip()
        return texts

    def not_checked(self) -> Mapping[str, str]:
        """Return what was not checked, by check."""
        return {
            shown["check"]: shown["what"]
            for shown in self.document["checks"]
            if shown["status"] == "not checked"
        }


@pytest.fixture
def verify(
    deployed: EmbeddedAws, assembly: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Verified]:
    """Run the command over the dev environment."""
    del deployed

    def call(*arguments: str, folder: Path = assembly) -> Verified:
        capsys.readouterr()
        # The traffic is that of the first test, however long ago a busy machine ran it.
        told = ["--app", str(folder), "--format", "json", "--minutes", "360", *arguments]
        code = run(["verify", "--env", "dev", *told])
        captured = capsys.readouterr()
        assert captured.out, captured.err
        return Verified(code=code, document=json.loads(captured.out))

    return call


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


@pytest.fixture(scope="session")
def unused(deployed: EmbeddedAws, assembly: Path) -> tuple[int, str]:
    """What verify says before anybody sends a request: exit code and text."""
    text = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(text):
        patch.delenv("AWS_PROFILE", raising=False)
        for name, value in deployed.cdk_environment().items():
            patch.setenv(name, value)
        code = run(["verify", "--env", "dev", "--app", str(assembly)])
    return code, text.getvalue()


@pytest.fixture(scope="session")
def used(deployed: EmbeddedAws, unused: tuple[int, str]) -> EmbeddedAws:
    """The environment after a few requests."""
    del unused
    send_requests(deployed.client("xray"))
    poll_sampling(deployed)
    write_collector_log(deployed)
    return deployed
