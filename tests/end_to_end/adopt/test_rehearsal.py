"""The whole way: made as by Terraform, adopted, imported by the real cdk, deployed, and equal."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from tests.adopt.terraform_states import (
    ACCOUNT,
    GROUP,
    REGION,
    SECRET,
    SERVICE,
    TASK,
    reference_resources,
    sampling_rule,
    state,
)
from tests.end_to_end.adopt.terraform import apply

if TYPE_CHECKING:
    from tests.end_to_end.deploy.conftest import Cdk, Ended

PLACE = {"account": ACCOUNT, "region": REGION}
STACKS = ("dev/sampling", "dev/ledger-watcher")
COMMAND = Path(sys.prefix) / "bin" / "ecs-xray"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the account holds of the service."""

    service: Mapping[str, Any]
    group: Mapping[str, Any]
    rule: Mapping[str, Any]
    events: int


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What was printed at each step, and what stood behind it."""

    report: str
    later: Mapping[str, subprocess.CompletedProcess[str]]
    printed: Mapping[str, Ended]
    standing: Mapping[str, Standing]


def standing(aws: EmbeddedAws) -> Standing:
    ecs, logs = aws.client("ecs", **PLACE), aws.client("logs", **PLACE)
    (service,) = ecs.describe_services(cluster="shared-dev", services=[SERVICE])["services"]
    (group,) = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    rules = aws.client("xray", **PLACE).get_sampling_rules()["SamplingRuleRecords"]
    (rule,) = (one for one in rules if one["SamplingRule"]["RuleName"] == "dev-checkout")
    events = logs.get_log_events(logGroupName=GROUP, logStreamName="xray/one")["events"]
    return Standing(service=service, group=group, rule=rule, events=len(events))


@pytest.fixture(scope="module")
def rehearsal(
    aws: EmbeddedAws,
    copy_project: Callable[..., Path],
    cdk_for: Callable[..., Cdk],
    bootstrap: Callable[[Cdk], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Rehearsal:
    folder = copy_project(tmp_path_factory.mktemp("adopt") / "project", "dev")
    dev = folder / "environments" / "dev.yaml"
    text = dev.read_text().partition("    new_cluster:")[0] + "    cluster: shared-dev\n"
    dev.write_text(text.replace("removal_policy: destroy", "removal_policy: retain"))
    document = state(*reference_resources(), sampling_rule("dev-checkout"))
    (folder / "terraform.tfstate").write_text(json.dumps(document))
    apply(aws, document, **PLACE)
    logs = aws.client("logs", **PLACE)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="xray/one")
    logs.put_log_events(
        logGroupName=GROUP,
        logStreamName="xray/one",
        logEvents=[{"timestamp": 1_800_000_000_000, "message": "Starting daemon"}],
    )
    cdk = cdk_for(folder, account=ACCOUNT, region=REGION)
    bootstrap(cdk)
    before = standing(aws)
    cdk("synth", "--quiet")

    def adopt(output: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(COMMAND), "adopt", "--state", "terraform.tfstate", "--env", "dev",
             "--with-account", "-o", output],
            cwd=folder, env=cdk.variables, capture_output=True, text=True, check=False,
        )  # fmt: skip

    report = adopt("mapping.json")
    assert report.returncode == 0, report.stdout + report.stderr
    printed: dict[str, Ended] = {}
    for line in re.findall(r"^  cdk (import .+)$", report.stdout, re.MULTILINE):
        printed[f"import {len(printed)}"] = cdk(*shlex.split(line))
    imported = standing(aws)
    # The imports have synthesized what these read.
    ready = ("--app", "cdk.out")
    printed["diff"] = cdk("diff", *ready, *STACKS)
    printed["deploy"] = cdk("deploy", *ready, *STACKS, "--require-approval", "never")
    deployed = standing(aws)
    later = {"deployed": adopt("late.json")}
    printed["diff of nothing"] = cdk("diff", *ready, "--fail", *STACKS)
    printed["destroy"] = cdk("destroy", *ready, "--force", "dev/ledger-watcher")
    (group,) = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    later["destroyed"] = adopt("late.json")
    assert not list(folder.glob("late*"))
    return Rehearsal(
        report=report.stdout,
        later=later,
        printed=printed,
        standing={
            "before": before,
            "imported": imported,
            "deployed": deployed,
            "destroyed": Standing(service={}, group=group, rule={}, events=0),
        },
    )


def test_the_report_shows_what_exists_and_no_secret(rehearsal: Rehearsal) -> None:
    assert "dev/sampling (fq-dev-sampling): 1 of 3 resources exist" in rehearsal.report
    assert "dev/ledger-watcher (fq-dev-ledger-watcher): 4 of 8 resources exist" in rehearsal.report
    assert "updated in place: RetentionInDays is 14, will be 30" in rehearsal.report
    assert "Environment.LEDGER_DSN is (sensitive), will be not set" in rehearsal.report
    assert "REPLACED" not in rehearsal.report
    assert SECRET not in rehearsal.report


def test_the_account_is_as_the_state_says(rehearsal: Rehearsal) -> None:
    assert "The account has 5 resources of the state, unchanged." in rehearsal.report
    assert "drifted" not in rehearsal.report


@pytest.mark.parametrize(
    ("moment", "lines"),
    [
        (
            "deployed",
            [
                "drifted: RetentionInDays is 14 in the state, 30 in the account",
                "drifted: DesiredCount is 2 in the state, 1 in the account",
                "drifted: TaskDefinition is fq-dev-ledger-watcher:1 in the state, "
                "fq-dev-ledger-watcher:2 in the account",
                "drifted: SamplingRule.FixedRate is 0.5 in the state, 1.0 in the account",
            ],
        ),
        ("destroyed", ["not in the account"]),
    ],
)
def test_a_state_that_is_older_than_the_account_is_told_and_nothing_written(
    rehearsal: Rehearsal, moment: str, lines: list[str]
) -> None:
    done = rehearsal.later[moment]

    assert done.returncode == 1, done.stderr
    for line in [*lines, "terraform apply -refresh-only"]:
        assert line in done.stdout
    assert "cdk import" not in done.stdout
    assert SECRET not in done.stdout


def test_the_import_changes_nothing_in_the_account(rehearsal: Rehearsal) -> None:
    assert [name for name in rehearsal.printed if name.startswith("import")] == [
        "import 0",
        "import 1",
    ]
    assert rehearsal.standing["imported"] == rehearsal.standing["before"]


def test_the_diff_shows_what_the_report_said_and_no_replacement_of_what_runs(
    rehearsal: Rehearsal,
) -> None:
    text = rehearsal.printed["diff"].text

    assert "[~] AWS::ECS::Service" in text
    assert "[~] AWS::Logs::LogGroup" in text
    replaced = re.findall(r"\[~\] (\S+) .*\n(?:.*\n)*?.*\(requires replacement\)", text)
    assert "AWS::Logs::LogGroup" not in replaced
    assert not re.search(r"^\[-\]", text, re.MULTILINE)


def test_the_deployment_keeps_service_log_group_lines_and_rule(rehearsal: Rehearsal) -> None:
    before, after = rehearsal.standing["before"], rehearsal.standing["deployed"]

    assert after.service["serviceArn"] == before.service["serviceArn"]
    assert after.service["createdAt"] == before.service["createdAt"]
    assert after.service["taskDefinition"] == TASK.removesuffix(":1") + ":2"
    assert after.group["creationTime"] == before.group["creationTime"]
    assert after.group["retentionInDays"] == 30
    assert after.events == before.events == 1
    assert after.rule["CreatedAt"] == before.rule["CreatedAt"]
    assert after.rule["SamplingRule"]["FixedRate"] == 1


def test_afterwards_there_is_no_difference(rehearsal: Rehearsal) -> None:
    assert "Number of stacks with differences: 0" in rehearsal.printed["diff of nothing"].text


def test_what_is_retained_outlives_the_stack(rehearsal: Rehearsal) -> None:
    before, after = rehearsal.standing["before"], rehearsal.standing["destroyed"]

    assert after.group["creationTime"] == before.group["creationTime"]
