"""``ecs-xray rules import``: from files of others, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.sampling import SamplingRuleSet
from tests.rules_files import Outcome

Run = Callable[..., Outcome]
RULE = {
    "RuleName": "orders",
    "Priority": 20,
    "FixedRate": 0.25,
    "ReservoirSize": 4,
    "ServiceName": "api",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "POST",
    "URLPath": "/orders/*",
    "ResourceARN": "*",
    "Version": 1,
    "Attributes": {},
}
EARLIER = RULE | {"RuleName": "health", "Priority": 10, "FixedRate": 0, "URLPath": "/health"}
DEFAULT = {"RuleName": "Default", "Priority": 10_000, "FixedRate": 0.1, "ReservoirSize": 2}
FAULTS = {"GroupName": "faults", "FilterExpression": 'service("api") { fault }'}
TERRAFORM_RULE = {
    "rule_name": "orders",
    "priority": 20,
    "fixed_rate": 0.25,
    "reservoir_size": 4,
    "service_name": "api",
    "service_type": "*",
    "host": "*",
    "http_method": "POST",
    "url_path": "/orders/*",
    "resource_arn": "*",
    "version": 1,
    "attributes": None,
    "tags": None,
    "arn": "arn:aws:xray:eu-west-1:1:sampling-rule/orders",
}
HCL = """\
resource "aws_xray_sampling_rule" "orders" {
  rule_name      = "orders"
  priority       = 20
  version        = 1
  reservoir_size = 4
  fixed_rate     = 0.25
  url_path       = "/orders/*"
  host           = "*"
  http_method    = "POST"
  service_type   = "*"
  service_name   = "api"
  resource_arn   = "*"
}

resource "aws_xray_group" "faults" {
  group_name        = "faults"
  filter_expression = "service(\\"api\\") { fault }"
  insights_configuration {
    insights_enabled      = true
    notifications_enabled = true
  }
}

resource "aws_sqs_queue" "other" {
  name = var.queue
}
"""
TEMPLATE = """\
Parameters:
  Stage: {Type: String}
Resources:
  Orders:
    Type: AWS::XRay::SamplingRule
    Properties:
      SamplingRule:
        {RuleName: orders, Priority: 20, FixedRate: 0.25, ReservoirSize: 4, ServiceName: api,
         ServiceType: "*", Host: "*", HTTPMethod: POST, URLPath: "/orders/*", ResourceARN: "*",
         Version: 1}
  Faults:
    Type: AWS::XRay::Group
    Properties:
      GroupName: faults
      FilterExpression: 'service("api") { fault }'
      InsightsConfiguration: {InsightsEnabled: true, NotificationsEnabled: true}
"""


def imported(ecs_xray: Run, source: Path | str, *options: str) -> SamplingRuleSet:
    done = ecs_xray("rules", "import", source, "-o", "imported.yaml", "--force", *options)
    assert done.code == 0, done.err
    checked = ecs_xray("rules", "check", "imported.yaml")
    assert (checked.code, checked.out) == (0, "imported.yaml: no findings\n")
    return SamplingRuleSet.from_file("imported.yaml")


def is_orders(rules: SamplingRuleSet) -> None:
    (rule,) = rules.rules
    assert (rule.name, rule.priority, rule.fixed_rate, rule.reservoir_size) == (
        "orders",
        20,
        0.25,
        4,
    )
    assert (rule.http_method, rule.url_path, rule.service_name) == ("POST", "/orders/*", "api")


def has_faults(rules: SamplingRuleSet) -> None:
    (group,) = rules.groups
    assert (group.name, group.filter_expression) == ("faults", 'service("api") { fault }')
    assert group.insights.enabled
    assert group.insights.notifications


def plan(*resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"child_modules": [{"resources": list(resources)}]}},
    }


def resource(kind: str, values: dict[str, Any], mode: str = "managed") -> dict[str, Any]:
    return {"address": f"module.x.{kind}.a", "mode": mode, "type": kind, "values": values}


def test_from_what_the_aws_command_prints(folder: Path, ecs_xray: Run) -> None:
    records = [{"SamplingRule": rule} for rule in (RULE, DEFAULT, EARLIER)]
    (folder / "a.json").write_text(json.dumps({"SamplingRuleRecords": records}))

    rules = imported(ecs_xray, "a.json")

    assert [rule.name for rule in rules.rules] == ["health", "orders"]
    assert (rules.default.fixed_rate, rules.default.reservoir_size) == (0.1, 2)


def test_from_cloudformation(folder: Path, ecs_xray: Run) -> None:
    (folder / "t.yaml").write_text(TEMPLATE)

    rules = imported(ecs_xray, "t.yaml")

    is_orders(rules)
    has_faults(rules)


def test_what_a_template_leaves_open_is_named(folder: Path, ecs_xray: Run) -> None:
    (folder / "t.yaml").write_text(TEMPLATE.replace("RuleName: orders", "RuleName: !Ref Stage"))

    done = ecs_xray("rules", "import", "t.yaml")

    assert done.code == 2
    assert "t.yaml, Orders: RuleName must be known before the deployment" in done.err
    assert "ecs-xray rules import account" in done.err


def test_from_terraforms_language(folder: Path, ecs_xray: Run) -> None:
    (folder / "infra").mkdir()
    (folder / "infra" / "xray.tf").write_text(HCL)

    for source in ("infra", "infra/xray.tf"):
        rules = imported(ecs_xray, source)
        is_orders(rules)
        has_faults(rules)


@pytest.mark.parametrize("changed", ["var.rate", '"${local.rate}"'])
def test_what_terraform_works_out_is_named(folder: Path, ecs_xray: Run, changed: str) -> None:
    (folder / "x.tf").write_text(HCL.replace("0.25", changed))

    done = ecs_xray("rules", "import", "x.tf")

    assert done.code == 2
    assert "aws_xray_sampling_rule.orders: FixedRate must be known" in done.err


@pytest.mark.parametrize(
    "document",
    [
        plan(
            resource("aws_xray_sampling_rule", TERRAFORM_RULE),
            resource("aws_xray_sampling_rule", TERRAFORM_RULE | {"rule_name": "b"}, mode="data"),
        ),
        {
            "format_version": "1.0",
            "values": {
                "root_module": {"resources": [resource("aws_xray_sampling_rule", TERRAFORM_RULE)]}
            },
        },
        {
            "version": 4,
            "lineage": "a",
            "resources": [
                {
                    "mode": "managed",
                    "type": "aws_xray_sampling_rule",
                    "name": "a",
                    "instances": [{"attributes": TERRAFORM_RULE}],
                }
            ],
        },
        {
            "format_version": "1.2",
            "resource_changes": [
                {
                    "address": "aws_xray_sampling_rule.a",
                    "type": "aws_xray_sampling_rule",
                    "change": {"actions": ["create"], "after": TERRAFORM_RULE},
                }
            ],
        },
    ],
)
def test_from_a_plan_and_a_state_of_terraform(
    folder: Path, ecs_xray: Run, document: dict[str, Any]
) -> None:
    (folder / "t.json").write_text(json.dumps(document))

    is_orders(imported(ecs_xray, "t.json"))


@pytest.mark.parametrize("sdk", ["python", "node", "java", "go", "ruby", "dotnet"])
def test_from_the_file_of_an_sdk_and_back(ecs_xray: Run, write_rules: Any, sdk: str) -> None:
    own = {"name": "orders", "fixed_rate": 0.5, "reservoir_size": 6, "url_path": "/orders/*"}
    write_rules(own, default={"fixed_rate": 0.1, "reservoir_size": 3})
    exported = ecs_xray("rules", "export", "--for", sdk, "--processes", "3", "--output", "l.json")
    assert exported.code == 0

    rules = imported(ecs_xray, "l.json", "--processes", "3")

    (rule,) = rules.rules
    assert (rule.name, rule.fixed_rate, rule.reservoir_size) == ("orders", 0.5, 6)
    assert (rules.default.fixed_rate, rules.default.reservoir_size) == (0.1, 3)


def test_an_imported_file_imports_to_itself(folder: Path, ecs_xray: Run) -> None:
    (folder / "t.yaml").write_text(TEMPLATE)
    first = imported(ecs_xray, "t.yaml")
    (folder / "imported.yaml").rename(folder / "first.yaml")

    assert imported(ecs_xray, "first.yaml") == first


def test_what_the_source_has_wrong_is_said(folder: Path, ecs_xray: Run) -> None:
    wrong = RULE | {"FixedRate": 7, "Priority": 0}
    (folder / "a.json").write_text(json.dumps({"SamplingRuleRecords": [{"SamplingRule": wrong}]}))

    done = ecs_xray("rules", "import", "a.json", "-o", "r.yaml")

    assert done.code == 2
    assert "fixed_rate must be between 0 and 1 (got 7)" in done.err
    assert "priority must be between 1 and 9999 (got 0)" in done.err
    assert not (folder / "r.yaml").exists()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.json", '{"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}', "not found"),
        ("p.json", json.dumps(plan()), "not found"),
        ("x.tf", 'resource "aws_xray_group" {', "must be valid Terraform"),
        ("r.yaml", "rules: 1\n", "rules must be a list"),
    ],
)
def test_a_source_without_rules_is_named(
    folder: Path, ecs_xray: Run, name: str, text: str, message: str
) -> None:
    (folder / name).write_text(text)

    done = ecs_xray("rules", "import", name)

    assert done.code == 2
    assert message in done.err


def test_a_file_that_is_there_is_kept(folder: Path, ecs_xray: Run, write_rules: Any) -> None:
    path = write_rules({"name": "a", "fixed_rate": 1})
    (folder / "t.yaml").write_text(TEMPLATE)
    before = path.read_text()

    done = ecs_xray("rules", "import", "t.yaml", "-o", path)

    assert done.code == 2
    assert "Pass --force" in done.err
    assert path.read_text() == before
    assert ecs_xray("rules", "import", "t.yaml").out.startswith("# yaml-language-server")
