"""Transaction Search with the real cdk: off, on already, twice, deployed again, and deleted."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws

if TYPE_CHECKING:
    from tests.end_to_end.deploy.conftest import Cdk

ACCOUNT = "303030303030"
OFF, ON, KEPT = "eu-west-1", "eu-central-1", "eu-north-1"
REGIONS = (OFF, ON, KEPT)
KEY = f"arn:aws:kms:{KEPT}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
APP = """
import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from cdk_ecs_xray import XRayTransactionSearch

app = cdk.App()


def stack(name, region, percentage, *, synthesizer=None, key=None, **options):
    env = cdk.Environment(account=ACCOUNT, region=region)
    made = cdk.Stack(app, name, env=env, synthesizer=synthesizer)
    if key is not None:
        options["encryption_key"] = kms.Key.from_key_arn(made, "Key", key)
    XRayTransactionSearch(made, "Search", indexing_percentage=percentage, **options)
    return made


destroyed = {"removal_policy": cdk.RemovalPolicy.DESTROY}
first, second = stack("first", OFF, 5, **destroyed), stack("second", OFF, 20, **destroyed)
second.add_stack_dependency(first)
stack("elsewhere", ON, 5, **destroyed)
# Its template is small enough to need no bucket, so its region needs no bootstrap.
share = float(app.node.try_get_context("share") or 5)
stack("kept", KEPT, share, synthesizer=cdk.BootstraplessSynthesizer(), key=KEY)
app.synth()
"""
States = Mapping[str, Mapping[str, tuple[str, float]]]


def state(aws: EmbeddedAws, region: str) -> tuple[str, float]:
    xray = aws.client("xray", account=ACCOUNT, region=region)
    (rule,) = xray.get_indexing_rules()["IndexingRules"]
    percentage: float = rule["Rule"]["Probabilistic"]["DesiredSamplingPercentage"]
    return xray.get_trace_segment_destination()["Destination"], percentage


def policies(aws: EmbeddedAws, region: str) -> list[str]:
    logs = aws.client("logs", account=ACCOUNT, region=region)
    return [one["policyName"] for one in logs.describe_resource_policies()["resourcePolicies"]]


def turn_on_by_hand(aws: EmbeddedAws) -> None:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "xray.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": f"arn:aws:logs:{ON}:{ACCOUNT}:log-group:aws/spans:*",
    }
    aws.client("logs", account=ACCOUNT, region=ON).put_resource_policy(
        policyName="by-hand", policyDocument=json.dumps({"Statement": [statement]})
    )
    xray = aws.client("xray", account=ACCOUNT, region=ON)
    xray.update_trace_segment_destination(Destination="CloudWatchLogs")


@pytest.fixture(scope="module")
def states(
    tmp_path_factory: pytest.TempPathFactory,
    aws: EmbeddedAws,
    cdk_for: Callable[..., Cdk],
    bootstrap: Callable[..., None],
) -> States:
    """What the regions have after each step."""
    folder: Path = tmp_path_factory.mktemp("search")
    names = f"ACCOUNT, OFF, ON, KEPT, KEY = {(ACCOUNT, *REGIONS, KEY)!r}\n"
    (folder / "app.py").write_text(names + APP)
    (folder / "cdk.json").write_text(json.dumps({"app": f"{sys.executable} app.py"}))
    cdk = cdk_for(folder, account=ACCOUNT)
    for region in (OFF, ON):
        bootstrap(cdk, region)
    turn_on_by_hand(aws)
    found = {}

    def note(step: str) -> None:
        found[step] = {region: state(aws, region) for region in REGIONS}

    note("before")
    cdk("synth", "--quiet")
    ready = ("--app", "cdk.out")
    cdk("deploy", *ready, "--all", "--require-approval", "never", "--concurrency", "2")
    note("deployed")
    again = cdk("deploy", *ready, "kept", "--require-approval", "never")
    assert "(no changes)" in again.text
    note("deployed again")
    cdk("synth", "--quiet", "--context", "share=50", "--output", "changed.out")
    cdk("deploy", "--app", "changed.out", "kept", "--require-approval", "never")
    note("changed")
    cdk("destroy", *ready, "second", "--force", "--exclusively")
    note("second destroyed")
    cdk("destroy", *ready, "--all", "--force")
    note("destroyed")
    return found


def test_it_is_turned_on_and_off_with_the_stack_that_turned_it_on(states: States) -> None:
    assert states["before"][OFF] == ("XRay", 1)
    assert states["deployed"][OFF][0] == "CloudWatchLogs"
    assert states["destroyed"][OFF] == ("XRay", 1)


def test_a_second_one_in_the_account_only_sets_the_percentage(states: States) -> None:
    assert states["deployed"][OFF] == ("CloudWatchLogs", 20)
    assert states["second destroyed"][OFF] == ("CloudWatchLogs", 5)


def test_an_account_where_it_is_on_already_keeps_it(states: States) -> None:
    assert states["before"][ON] == ("CloudWatchLogs", 1)
    assert states["deployed"][ON] == ("CloudWatchLogs", 5)
    assert states["destroyed"][ON] == ("CloudWatchLogs", 1)


def test_a_second_deployment_changes_what_has_changed_and_nothing_else(states: States) -> None:
    assert states["before"][KEPT] == ("XRay", 1)
    assert states["deployed again"] == states["deployed"]
    assert states["deployed"][KEPT] == ("CloudWatchLogs", 5)
    assert states["changed"][KEPT] == ("CloudWatchLogs", 50)


def test_by_default_it_stays_on_when_its_stack_is_deleted(states: States, aws: EmbeddedAws) -> None:
    assert states["destroyed"][KEPT] == ("CloudWatchLogs", 50)
    logs = aws.client("logs", account=ACCOUNT, region=KEPT)
    (group,) = logs.describe_log_groups(logGroupNamePrefix="aws/spans")["logGroups"]
    assert group["kmsKeyId"] == KEY
    assert policies(aws, KEPT) == ["ecs-xray-transaction-search"]
    assert policies(aws, OFF) == []
