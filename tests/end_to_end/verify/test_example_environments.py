"""The environments in examples/, deployed with the real cdk and verified: all is well."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.cdk_project import CdkProject, targets_of
from tests.end_to_end.verify.traffic import poll_sampling, send_requests, write_collector_log

SERVICES: Mapping[str, Mapping[str, str]] = {
    "shop": {"orders": "/api/orders/1"},
    "plant": {"telemetry": "/readings/1", "gateway": "/"},
}
"""The services of each example, with a request that one of its sampling rules records."""


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    """A server of its own: other files begin with an account whose rules nobody has asked for."""
    with EmbeddedAws.start() as server:
        yield server


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The cloud assembly of both."""
    folder = tmp_path_factory.mktemp("examples") / "cdk.out"
    environments = repository / "examples" / "environments"
    CdkProject(repository).synthesise(folder, context={"environments": str(environments)})
    return folder


@pytest.fixture(params=SERVICES)
def deployed(
    request: pytest.FixtureRequest, aws: EmbeddedAws, assembly: Path, repository: Path
) -> str:
    """The name of an environment that is on the server and has been used."""
    name = str(request.param)
    folder = assembly / f"assembly-{name}"
    project = CdkProject(repository)
    for target in targets_of(folder):
        project.bootstrap(aws, target)
        project.deploy(aws, folder, target)
    for service, path in SERVICES[name].items():
        send_requests(aws.client("xray"), service)
        poll_sampling(aws, service, path)
        write_collector_log(aws, f"/acme/{name}/{service}/instance/xray")
    return name


def test_verification_finds_nothing(
    deployed: str, assembly: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["verify", "--env", deployed, "--app", str(assembly), "--format", "json"])

    document = json.loads(capsys.readouterr().out)
    others: Sequence[str] = [
        f"{one['where']}: {one['what']}" for one in document["checks"] if one["status"] != "ok"
    ]
    assert others == []
    assert (code, document["result"]) == (0, "ok")
