"""dev and prod in one account at once: from the first diff to the last destroy, with the real cdk.

Each step stands on the one before, so they run once, in the fixture, and the tests look at what
each of them printed and left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws

if TYPE_CHECKING:
    from tests.end_to_end.deploy.conftest import Cdk, Ended

ACCOUNT = "101010101010"
REGION = "eu-west-1"
RULES = """\
rules:
  - {name: checkout, priority: 100, url_path: /checkout/*, fixed_rate: 0.5}
  - {name: search, priority: 200, url_path: /search/*, fixed_rate: 0.1}
"""
GROUP = "/fq/{}/ledger-watcher/instance/xray"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What an account holds at a moment."""

    stacks: Mapping[str, str]
    rules: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, Mapping[str, Any]]
    services: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, aws: EmbeddedAws) -> Standing:
        """Ask the account."""
        cloudformation, xray, logs, ecs = (
            aws.client(name, account=ACCOUNT, region=REGION)
            for name in ("cloudformation", "xray", "logs", "ecs")
        )
        return cls(
            stacks={
                stack["StackName"]: stack["StackStatus"]
                for stack in cloudformation.describe_stacks()["Stacks"]
            },
            rules={
                record["SamplingRule"]["RuleName"]: record
                for record in xray.get_sampling_rules()["SamplingRuleRecords"]
                if record["SamplingRule"]["RuleName"] != "Default"
            },
            groups={
                group["logGroupName"]: group for group in logs.describe_log_groups()["logGroups"]
            },
            services={
                service["serviceName"]: service
                for cluster in ecs.list_clusters()["clusterArns"]
                for arn in ecs.list_services(cluster=cluster)["serviceArns"]
                for service in ecs.describe_services(cluster=cluster, services=[arn])["services"]
            },
        )


@dataclass(frozen=True, kw_only=True)
class Life:
    """What each step printed, and what stood there after some of them."""

    printed: Mapping[str, Ended]
    standing: Mapping[str, Standing]


@pytest.fixture(scope="module")
def life(
    tmp_path_factory: pytest.TempPathFactory,
    aws: EmbeddedAws,
    copy_project: Callable[..., Path],
    cdk_for: Callable[..., Cdk],
    bootstrap: Callable[[Cdk], None],
) -> Life:
    """Run every step once."""
    folder = copy_project(tmp_path_factory.mktemp("life"), "dev", "prod")
    rules, dev = folder / "sampling" / "rules.yaml", folder / "environments" / "dev.yaml"
    rules.write_text(RULES)
    cdk = cdk_for(folder, account=ACCOUNT)
    ready = ("--app", "cdk.out")
    deploy = ("deploy", *ready, "**", "--require-approval", "never", "--concurrency", "4")
    printed, standing = {}, {}

    bootstrap(cdk)
    standing["before"] = Standing.of(aws)
    printed["synth"] = cdk("synth", "--quiet")
    printed["ls"] = cdk("ls", *ready)
    printed["first diff"] = cdk("diff", *ready, "**")
    printed["deploy"] = cdk(*deploy)
    standing["deployed"] = Standing.of(aws)
    printed["deploy again"] = cdk(*deploy)
    printed["diff of nothing"] = cdk("diff", *ready, "**", "--fail")

    dev.write_text(dev.read_text().replace("log_retention_days: 30", "log_retention_days: 60"))
    rules.write_text(RULES.replace("0.5", "0.25").replace("name: search", "name: find"))
    cdk("synth", "--quiet")
    printed["second diff"] = cdk("diff", *ready, "**")
    printed["change"] = cdk(*deploy)
    standing["changed"] = Standing.of(aws)

    aws.client("xray", account=ACCOUNT, region=REGION).update_sampling_rule(
        SamplingRuleUpdate={"RuleName": "dev-checkout", "FixedRate": 0.75}
    )
    printed["drift"] = cdk("drift", *ready, "*/sampling", "--fail", code=None)
    printed["destroy"] = cdk("destroy", *ready, "**", "--force")
    standing["destroyed"] = Standing.of(aws)
    return Life(printed=printed, standing=standing)


def test_ls_names_every_stack_under_its_environment(life: Life) -> None:
    listed = {line.split()[0] for line in life.printed["ls"].text.splitlines() if "/" in line}

    assert listed == {
        "dev/sampling",
        "dev/ledger-watcher",
        "prod/sampling",
        "prod/ledger-watcher",
    }


def test_synth_says_nothing_on_a_good_day(life: Life) -> None:
    assert "rror" not in life.printed["synth"].text
    assert "arning" not in life.printed["synth"].text


def test_the_first_diff_shows_what_will_be_there(life: Life) -> None:
    text = life.printed["first diff"].text

    for kind in ("AWS::XRay::SamplingRule", "AWS::ECS::Service", "AWS::ECS::TaskDefinition"):
        assert f"[+] {kind}" in text
    assert "Number of stacks with differences: 4" in text


def test_both_environments_stand_in_one_account(life: Life) -> None:
    standing = life.standing["deployed"]

    ours = {name: status for name, status in standing.stacks.items() if name.startswith("fq-")}
    assert ours == dict.fromkeys(
        (
            f"fq-{env}-{stack}"
            for env in ("dev", "prod")
            for stack in ("sampling", "ledger-watcher")
        ),
        "CREATE_COMPLETE",
    )
    assert set(standing.rules) == {"dev-checkout", "dev-search", "prod-checkout", "prod-search"}
    assert {GROUP.format("dev"), GROUP.format("prod")} <= set(standing.groups)
    assert set(standing.services) == {"fq-dev-ledger-watcher", "fq-prod-ledger-watcher"}


def test_a_deployment_prints_the_links_to_the_console(life: Life) -> None:
    text = life.printed["deploy"].text

    assert f"https://console.aws.amazon.com/xray/home?region={REGION}#/service-map" in text
    assert "service(%22ledger-watcher%22)" in text


def test_deploying_again_changes_nothing(life: Life) -> None:
    assert life.printed["deploy again"].text.count("(no changes)") == 4
    assert "Number of stacks with differences: 0" in life.printed["diff of nothing"].text


def test_retention_and_rate_are_updated_in_place(life: Life) -> None:
    before, after = life.standing["deployed"], life.standing["changed"]

    assert "requires replacement" not in life.printed["second diff"].text
    name = GROUP.format("dev")
    assert after.groups[name]["retentionInDays"] == 60
    assert after.groups[name]["creationTime"] == before.groups[name]["creationTime"]
    assert after.groups[GROUP.format("prod")] == before.groups[GROUP.format("prod")]
    rule, earlier = after.rules["dev-checkout"], before.rules["dev-checkout"]
    assert rule["SamplingRule"]["FixedRate"] == 0.25
    assert rule["CreatedAt"] == earlier["CreatedAt"]
    assert rule["SamplingRule"]["RuleARN"] == earlier["SamplingRule"]["RuleARN"]


def test_a_renamed_rule_is_replaced(life: Life) -> None:
    assert "[-] AWS::XRay::SamplingRule" in life.printed["second diff"].text
    assert "[+] AWS::XRay::SamplingRule" in life.printed["second diff"].text
    assert set(life.standing["changed"].rules) == {
        "dev-checkout",
        "dev-find",
        "prod-checkout",
        "prod-find",
    }


def test_what_did_not_change_is_left_alone(life: Life) -> None:
    before, after = life.standing["deployed"], life.standing["changed"]

    assert after.stacks["fq-prod-ledger-watcher"] == "CREATE_COMPLETE"
    assert (
        after.services["fq-dev-ledger-watcher"]["taskDefinition"]
        == before.services["fq-dev-ledger-watcher"]["taskDefinition"]
    )


def test_a_rule_changed_by_hand_is_found(life: Life) -> None:
    drift = life.printed["drift"]

    assert drift.code == 1
    assert "FixedRate" in drift.text
    assert "0.75" in drift.text
    assert "1 resource has drifted" in drift.text


def test_destroy_leaves_what_prod_retains_and_nothing_else(life: Life) -> None:
    left = life.standing["destroyed"]

    assert set(left.stacks) == set(life.standing["before"].stacks) == {"CDKToolkit"}
    assert left.rules == {}
    assert left.services == {}
    assert set(left.groups) - set(life.standing["before"].groups) == {
        GROUP.format("prod"),
        "/fq/prod/ledger-watcher/instance/app",
    }
