"""The signup app runs with what was deployed and nothing else: it follows each deployment."""

from __future__ import annotations

import http.client
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.cdk_project import CdkProject, describe, targets_of
from cdk_ecs_xray.local.relay import Relay
from cdk_ecs_xray.local.running import deployed_apps
from cdk_ecs_xray.local.running.process import variables_of
from cdk_ecs_xray.verify.traces import read_traces
from tests.end_to_end.survival.signup_app import FOLDER, SignupApp, new_address, running, until

RULES = """\
rules:
  - name: signup-all
    priority: 100
    service_name: signup
    fixed_rate: {rate}
    reservoir_size: 0
"""
SECONDS = 15


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """One stack on an AWS emulator."""

    aws: EmbeddedAws
    folder: Path

    def deploy(self, *, address: str, rate: float) -> Mapping[str, str]:
        """Deploy with the real cdk; returns what its app is started with."""
        rules = self.folder / "rules.yaml"
        rules.write_text(RULES.format(rate=rate))
        assembly = self.folder / f"cdk-{time.monotonic_ns()}.out"
        project = CdkProject(FOLDER)
        project.synthesise(assembly, context={"daemon_address": address, "sampling": str(rules)})
        ((target, (source,)),) = targets_of(assembly).items()
        project.bootstrap(self.aws, target)
        project.deploy(self.aws, assembly, target)
        stack = describe(self.aws, target, source.name)
        (task,) = (one for kind, one in stack.resources if kind == "AWS::ECS::TaskDefinition")
        where = {"account": target.account, "region": target.region}
        (app,) = deployed_apps(self.aws.session(**where), task)
        return variables_of(app, self.aws, **where)

    def traces(self, since: datetime) -> set[str]:
        found = read_traces(self.aws.session().client("xray"), "signup", since=since)
        return {trace.trace_id for trace in found}


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Deployed]:
    with EmbeddedAws.start() as aws:
        yield Deployed(aws=aws, folder=tmp_path)


@pytest.fixture
def collector(deployed: Deployed, tmp_path: Path) -> Iterator[Relay]:
    with Relay.start(deployed.aws.cdk_environment(), log=tmp_path / "relay.log") as relay:
        yield relay


def test_rate_and_address_are_those_that_were_deployed(
    deployed: Deployed, collector: Relay
) -> None:
    variables = deployed.deploy(address=collector.address, rate=1)
    with running(variables) as app:
        until(lambda: sampled(app) == 10, "the deployed rate of 1")
        since = datetime.now(UTC)
        app.signups(10, sampled=False)
        until(lambda: len(deployed.traces(since)) >= 10, "the traces")

        deployed.deploy(address=collector.address, rate=0)
        within(lambda: sampled(app) == 0, "the deployed rate of 0")
        deployed.deploy(address=collector.address, rate=1)
        within(lambda: sampled(app) == 10, "the deployed rate of 1 again")

    # Port 9 discards: nobody's collector.
    elsewhere = deployed.deploy(address="127.0.0.1:9", rate=1)
    since = datetime.now(UTC)
    with running(elsewhere) as app, running(variables) as second:
        nowhere = app.signups(20)
        # What it sent is gone and not merely late: what another app sends after it is there.
        here = second.signups(5)
        until(lambda: here <= deployed.traces(since), "the traces of the second")
        assert not nowhere & deployed.traces(since)


def sampled(app: SignupApp) -> int:
    """Of ten signups, how many the app says that it traces, as whoever calls it may ask."""
    return sum(_is_sampled(app) for _ in range(10))


def _is_sampled(app: SignupApp) -> bool:
    form = urllib.parse.urlencode({"name": "A Person", "email": new_address()})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Amzn-Trace-Id": "Sampled=?",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", app.port, timeout=30)) as connection:
        connection.request("POST", "/signup", form, headers)
        response = connection.getresponse()
        assert response.status == 201
        return "Sampled=1" in (response.getheader("X-Amzn-Trace-Id") or "")


def within(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds, no longer than a change of rules may take."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)
