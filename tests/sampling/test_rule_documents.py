"""Documents that hold rules in other forms, and those that hold none: read, or named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_xray_sdk.core.exceptions.exceptions import InvalidSamplingManifestError
from aws_xray_sdk.core.sampling.local.sampler import LocalSampler

from cdk_ecs_xray import EcsXRayError, SamplingRuleSet
from tests.rules_files import Outcome
from tests.sampling.test_foreign_files import API_RULE, api_document

DEFAULT_RULE = API_RULE | {"RuleName": "Default", "Priority": 10_000, "Attributes": {}}
CLOUDFORMATION = """\
Resources:
  Checkout:
    Type: AWS::XRay::SamplingRule
    Properties:
      SamplingRule: {RuleName: !Sub "${AWS::StackName}-checkout"}
"""
HCL = """\
resource "aws_xray_sampling_rule" "checkout" {
  rule_name = "checkout"
}
"""


@pytest.mark.parametrize(
    "document",
    [
        api_document(DEFAULT_RULE),
        {"SamplingRuleRecords": []},
        [{"SamplingRule": DEFAULT_RULE}],
        {"version": 1, "default": {"fixed_target": 0, "rate": 0}},
        {"version": 2, "default": {"fixed_target": 1, "rate": 0.05}, "rules": []},
        {"rules": []},
        {"default": {"fixed_rate": 0.1}},
    ],
)
def test_the_first_state_of_an_account_is_accepted_everywhere(
    folder: Path, ecs_xray: Callable[..., Outcome], document: Any
) -> None:
    path = folder / "today.json"
    path.write_text(json.dumps(document))

    for command in (
        ("check", path),
        ("explain", "GET", "/", "--rules", path),
        ("simulate", "--rps", "10", "--rules", path),
    ):
        done = ecs_xray("rules", *command)
        assert (done.code, done.err) == (0, "")
    assert "Default decides" in ecs_xray("rules", "explain", "GET", "/", "--rules", path).out


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"SamplingRule": API_RULE}),
        json.dumps({"SamplingRuleRecord": {"SamplingRule": API_RULE, "CreatedAt": 1}}),
        json.dumps([API_RULE]),
        json.dumps([{"SamplingRule": API_RULE}]),
        json.dumps(API_RULE),
        json.dumps({"SamplingRule": API_RULE}, indent="\t"),
        "// of today\n" + json.dumps({"SamplingRule": API_RULE | {"Host": "a//b"}}) + "/* end */",
    ],
)
def test_what_commands_for_one_rule_take_and_print_is_read(folder: Path, text: str) -> None:
    path = folder / "rule.json"
    path.write_text(text)

    (rule,) = SamplingRuleSet.from_file(path).rules

    assert (rule.name, rule.priority, rule.fixed_rate) == ("checkout", 100, 0.5)
    assert rule.host in ("example.com", "a//b")


def test_a_field_that_is_new_is_left_out_with_a_warning(
    write_rules: Callable[..., Path], ecs_xray: Callable[..., Outcome]
) -> None:
    path = write_rules(**api_document(API_RULE | {"Colour": "red", "Attributes": {}}))

    done = ecs_xray("rules", "check", path)

    assert done.code == 0
    assert (
        "warning: sampling/rules.yaml, rule 'checkout': Colour must be a field of a rule that is "
        "known here, and is left out (got 'red')." in done.out
    )


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("t.yaml", CLOUDFORMATION, "a CloudFormation template"),
        (
            "t.json",
            '{"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}',
            "a CloudFormation template",
        ),
        ("x.tf", HCL, "Terraform"),
        ("p.json", '{"format_version": "1.2", "planned_values": {}}', "a Terraform plan"),
        ("s.json", '{"format_version": "1.0", "values": {}}', "a Terraform state"),
        ("s.tfstate", '{"version": 4, "lineage": "a", "resources": []}', "a Terraform state file"),
    ],
)
def test_what_import_reads_is_named_with_the_command(
    folder: Path, ecs_xray: Callable[..., Outcome], name: str, text: str, kind: str
) -> None:
    (folder / name).write_text(text)

    done = ecs_xray("rules", "explain", "GET", "/", "--rules", name)

    assert done.code == 2
    assert done.err.strip() == (
        f"ecs-xray: {name}: the file must hold sampling rules (got {kind}). Run: ecs-xray rules "
        f"import {name} -o sampling/rules.yaml."
    )


def test_the_input_of_an_update_is_named(folder: Path) -> None:
    path = folder / "u.json"
    path.write_text(json.dumps({"SamplingRuleUpdate": {"RuleName": "a", "FixedRate": 1}}))

    with pytest.raises(EcsXRayError, match="the input of update-sampling-rule"):
        SamplingRuleSet.from_file(path)


@pytest.mark.parametrize(("version", "wrong"), [(1, {"host": "a"}), (2, {"service_name": "a"})])
def test_the_host_key_of_the_other_version_is_refused_as_by_the_sdk(
    write_rules: Callable[..., Path], version: int, wrong: dict[str, str]
) -> None:
    rule = {"http_method": "*", "url_path": "*", "fixed_target": 1, "rate": 0.1, **wrong}
    document = {
        "version": version,
        "default": {"fixed_target": 1, "rate": 0.1},
        "rules": [rule],
    }

    with pytest.raises(InvalidSamplingManifestError):
        LocalSampler(document)
    with pytest.raises(EcsXRayError, match=f"in version {version} of local rules"):
        SamplingRuleSet.from_file(write_rules(**document))


def test_a_local_files_reservoir_counts_per_process(
    write_rules: Callable[..., Path], ecs_xray: Callable[..., Outcome]
) -> None:
    path = write_rules(version=2, default={"fixed_target": 2, "rate": 0}, rules=[])

    done = ecs_xray(
        *("rules", "simulate", "--rps", "60", "--rules", path, "--processes", "6"),
        *("--format", "json"),
    )

    assert json.loads(done.out)["rules"][0]["expected"] == pytest.approx(12)


@pytest.mark.parametrize(
    "text", ['{"rules": "\\ud800"}', '{"rules": [], "rules": []}', '{"rules": NaN}']
)
def test_json_that_is_no_data_is_refused_in_a_line(
    folder: Path, ecs_xray: Callable[..., Outcome], text: str
) -> None:
    (folder / "a.json").write_text(text)

    done = ecs_xray("rules", "check", "a.json")

    assert done.code == 2
    assert done.out.startswith("error: a.json")


def test_what_a_file_says_cannot_reach_the_terminal(
    write_rules: Callable[..., Path], ecs_xray: Callable[..., Outcome]
) -> None:
    path = write_rules({"name": "a\x1b[2J\nb", "fixed_rate": 7, "priority": 1})

    out = ecs_xray("rules", "check", path).out

    assert "\x1b" not in out
    finding, hint = out.splitlines()
    assert finding.startswith("error: sampling/rules.yaml, rule 'a")
    assert hint == "About each: ecs-xray docs ID"
