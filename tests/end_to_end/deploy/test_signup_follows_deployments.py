"""The signup app runs with what was deployed and nothing else: it follows each deployment."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from aws_xray_sdk.core.sampling.target_poller import TargetPoller

from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.cdk_project import CdkProject, describe, targets_of
from cdk_ecs_xray.local.place import Target
from cdk_ecs_xray.local.relay import Relay
from cdk_ecs_xray.local.running import AppProcess, deployed_apps
from cdk_ecs_xray.local.running.process import variables_of
from cdk_ecs_xray.verify.traces import read_traces
from tests.end_to_end.signing_proxy import signing_proxy
from tests.end_to_end.survival.signup_app import FOLDER, SignupApp, new_address, running, until

RULES = """\
rules:
  - name: signup-all
    priority: 100
    service_name: signup
    fixed_rate: {rate}
    reservoir_size: 0
"""
NODE = Path(sys.prefix) / "bin" / "node"
MODULES = Path(sys.prefix).parent / "node_modules"
NODE_SDK = "aws-xray-sdk-core/dist/lib/middleware/sampling"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """One stack on an AWS emulator."""

    aws: EmbeddedAws
    folder: Path
    bootstrapped: set[Target] = field(default_factory=set)

    def deploy(self, *, address: str, rate: float) -> Mapping[str, str]:
        """Deploy with the real cdk; returns what its app is started with."""
        rules = self.folder / "rules.yaml"
        rules.write_text(RULES.format(rate=rate))
        assembly = self.folder / f"cdk-{time.monotonic_ns()}.out"
        project = CdkProject(FOLDER)
        project.synthesise(assembly, context={"daemon_address": address, "sampling": str(rules)})
        ((target, (source,)),) = targets_of(assembly).items()
        if target not in self.bootstrapped:
            project.bootstrap(self.aws, target)
            self.bootstrapped.add(target)
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
def asked() -> list[tuple[str, bytes]]:
    """What collectors have asked X-Ray, answered: paths and bodies."""
    return []


@pytest.fixture
def collector(
    deployed: Deployed, asked: list[tuple[str, bytes]], tmp_path: Path
) -> Iterator[Relay]:
    with signing_proxy(deployed.aws, asked=asked) as port:
        variables = {
            **deployed.aws.cdk_environment(),
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        }
        with Relay.start(variables, log=tmp_path / "relay.log") as relay:
            yield relay


def test_rate_and_address_are_those_that_were_deployed(
    deployed: Deployed, collector: Relay, asked: list[tuple[str, bytes]]
) -> None:
    variables = deployed.deploy(address=collector.address, rate=1)
    with running(variables) as python, node_app(variables) as node:
        shares = (partial(sampled, python), node)
        for share in shares:
            until(partial(has, share, 1), "the deployed rate of 1")
        since = datetime.now(UTC)
        python.signups(10, sampled=False)
        until(lambda: len(deployed.traces(since)) >= 10, "the traces")

        for rate in (0, 1):
            deployed.deploy(address=collector.address, rate=rate)
            before = reports(asked)
            for share in shares:
                until(partial(has, share, rate), f"the rate {rate}", every=0.2)
            # An SDK reports every ten seconds and has the rate with the answer: to the first
            # report after the deployment, or to the second where one was under way.
            assert max((reports(asked) - before).values(), default=0) <= 2
        assert len(reports(asked)) == 2

    # Port 9 discards: nobody's collector.
    elsewhere = deployed.deploy(address="127.0.0.1:9", rate=1)
    since = datetime.now(UTC)
    with running(elsewhere) as app, running(variables) as second:
        nowhere = app.signups(20)
        # What it sent is gone and not merely late: what another app sends after it is there.
        here = second.signups(5)
        until(lambda: here <= deployed.traces(since), "the traces of the second")
        assert not nowhere & deployed.traces(since)


def test_the_sdks_report_every_ten_seconds() -> None:
    assert TargetPoller(cache=None, rule_poller=None, connector=None)._interval == 10
    done = subprocess.run(
        [str(NODE), "-p", f"require('{NODE_SDK}/target_poller').interval"],
        env={"NODE_PATH": str(MODULES)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "10000"


def has(share: Callable[[int], int], rate: int) -> bool:
    """Whether all of ten requests are traced, or none. Asks once where that shows it already."""
    return all(share(number) == number * rate for number in (1, 9))


def reports(asked: list[tuple[str, bytes]]) -> Counter[str]:
    """How often each SDK has reported what it sampled, which X-Ray answers with the rates."""
    return Counter(
        json.loads(body)["SamplingStatisticsDocuments"][0]["ClientID"]
        for path, body in list(asked)
        if path == "/SamplingTargets"
    )


def sampled(app: SignupApp, number: int) -> int:
    """Of so many signups, how many the app says that it traces, as whoever calls it may ask."""
    return sum(_is_sampled(app) for _ in range(number))


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


@contextmanager
def node_app(variables: Mapping[str, str]) -> Iterator[Callable[[int], int]]:
    """Start an app with the SDK for Node; asks so many times, and says how many it traces."""
    with AppProcess(
        [str(NODE), str(Path(__file__).parent / "sampled_app.js")],
        variables={**variables, "NODE_PATH": str(MODULES)},
        folder=FOLDER,
    ) as process:

        def port() -> int | None:
            assert process.code is None, process.lines
            found = re.search(r"listening on (\d+)", "\n".join(process.lines))
            return None if found is None else int(found[1])

        until(port, "the app")
        number = port()

        def traced(times: int) -> int:
            return sum(_answer(f"http://127.0.0.1:{number}/") == "traced" for _ in range(times))

        yield traced


def _answer(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310 - loopback
        return str(response.read().decode())
