"""A deployment that fails half-way: rolled back, reported, and mended by the next one.

A small app of the test's own forces a rate past every validation, as only an escape hatch can.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws

if TYPE_CHECKING:
    from tests.end_to_end.deploy.conftest import Cdk, Ended

ACCOUNT = "202020202020"
APP = """\
import sys
import stacks.pinned_node
import aws_cdk as cdk
from cdk_ecs_xray import SamplingRule, SamplingRuleSet, XRayLogGroup, XRaySamplingRules

rate = float(sys.argv[1])
app = cdk.App(outdir=sys.argv[2])
stack = cdk.Stack(app, "Half")
log_group = XRayLogGroup(stack, "Log", log_group_name="/half")
rules = SamplingRuleSet(rules=(SamplingRule(name="checkout", priority=1, fixed_rate=0.5),))
sampling = XRaySamplingRules(stack, "Sampling", rules=rules, environment="dev")
rule = sampling.rules["dev-checkout"]
rule.add_property_override("SamplingRule.FixedRate", rate)
rule.node.add_dependency(log_group)
app.synth()
"""


class Attempts:
    """The steps in their order, and what the account held after each."""

    def __init__(self, cdk: Cdk, aws: EmbeddedAws) -> None:
        self.ended: dict[str, Ended] = {}
        self.status: dict[str, str | None] = {}
        self.rates: dict[str, list[float]] = {}
        self.groups: dict[str, list[str]] = {}
        self._cdk, self._aws = cdk, aws

    def deploy(self, step: str, assembly: Path) -> None:
        """Deploy and look."""
        self.ended[step] = self._cdk(
            "deploy", "--app", str(assembly), "Half", "--require-approval", "never", code=None
        )
        client: Callable[[str], Any] = lambda name: self._aws.client(  # noqa: E731
            name, account=ACCOUNT, region="eu-west-1"
        )
        stacks = client("cloudformation").describe_stacks()["Stacks"]
        status = {stack["StackName"]: stack["StackStatus"] for stack in stacks}
        self.status[step] = status.get("Half")
        self.rates[step] = [
            record["SamplingRule"]["FixedRate"]
            for record in client("xray").get_sampling_rules()["SamplingRuleRecords"]
            if record["SamplingRule"]["RuleName"] != "Default"
        ]
        groups = client("logs").describe_log_groups()["logGroups"]
        self.groups[step] = [group["logGroupName"] for group in groups]


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Mapping[float, Path]:
    """The app with a rate that X-Ray takes and with one it refuses."""
    folder = tmp_path_factory.mktemp("half")
    (folder / "half.py").write_text(APP)
    code = f"import sys; sys.path.insert(0, {str(repository)!r}); exec(open('half.py').read())"
    runs = {
        rate: subprocess.Popen(
            [sys.executable, "-c", code, str(rate), str(folder / f"out-{rate}")], cwd=folder
        )
        for rate in (0.5, 0.25, 5)
    }
    assert {rate: run.wait(60) for rate, run in runs.items()} == dict.fromkeys(runs, 0)
    return {rate: folder / f"out-{rate}" for rate in runs}


@pytest.fixture(scope="module")
def attempts(
    assemblies: Mapping[float, Path],
    tmp_path_factory: pytest.TempPathFactory,
    cdk_for: Callable[..., Cdk],
    bootstrap: Callable[[Cdk], None],
    aws: EmbeddedAws,
) -> Attempts:
    """Fail to create, create, fail to update, update."""
    cdk = cdk_for(tmp_path_factory.mktemp("started-here"), account=ACCOUNT)
    bootstrap(cdk)
    attempts = Attempts(cdk, aws)
    attempts.deploy("bad create", assemblies[5])
    attempts.deploy("create", assemblies[0.5])
    attempts.deploy("bad update", assemblies[5])
    attempts.deploy("update", assemblies[0.25])
    return attempts


def test_the_rate_was_forced_past_validation(assemblies: Mapping[float, Path]) -> None:
    template = json.loads((assemblies[5] / "Half.template.json").read_text())

    (rate,) = (
        resource["Properties"]["SamplingRule"]["FixedRate"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::XRay::SamplingRule"
    )
    assert rate == 5


@pytest.mark.parametrize("step", ["bad create", "bad update"])
def test_the_failure_is_reported_with_its_reason(attempts: Attempts, step: str) -> None:
    ended = attempts.ended[step]

    assert ended.code == 1
    assert "FixedRate" in ended.text
    assert "AWS::XRay::SamplingRule" in ended.text


def test_a_failed_creation_leaves_nothing(attempts: Attempts) -> None:
    assert attempts.status["bad create"] == "ROLLBACK_COMPLETE"
    assert attempts.rates["bad create"] == []
    assert "/half" not in attempts.groups["bad create"]


def test_the_next_deployment_creates_it(attempts: Attempts) -> None:
    assert attempts.ended["create"].code == 0, attempts.ended["create"].text
    assert attempts.status["create"] == "CREATE_COMPLETE"
    assert attempts.rates["create"] == [0.5]
    assert "/half" in attempts.groups["create"]


def test_a_failed_update_goes_back_to_what_was_there(attempts: Attempts) -> None:
    assert attempts.status["bad update"] == "UPDATE_ROLLBACK_COMPLETE"
    assert attempts.rates["bad update"] == [0.5]
    assert "/half" in attempts.groups["bad update"]


def test_the_next_update_works(attempts: Attempts) -> None:
    assert attempts.ended["update"].code == 0, attempts.ended["update"].text
    assert attempts.status["update"] == "UPDATE_COMPLETE"
    assert attempts.rates["update"] == [0.25]
