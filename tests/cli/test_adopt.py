"""`ecs-xray adopt`: what it prints, writes and refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adopt.environments import assembly, service_template
from tests.adopt.terraform_states import SECRET, reference_resources, sampling_rule, state

COMMAND = Path(sys.prefix) / "bin" / "ecs-xray"
RULE = {
    "Type": "AWS::XRay::SamplingRule",
    "Properties": {
        "SamplingRule": {
            "RuleName": "dev-checkout",
            "Priority": 100,
            "FixedRate": 1,
            "ReservoirSize": 0,
            "ServiceName": "*",
            "ServiceType": "*",
            "Host": "*",
            "HTTPMethod": "*",
            "URLPath": "/checkout/*",
            "ResourceARN": "*",
            "Version": 1,
        }
    },
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An assembly of two stacks, and the state that knows both."""
    assembly(tmp_path / "cdk.out", orders=service_template(), rules={"Resources": {"Rule": RULE}})
    content = state(*reference_resources(), sampling_rule("dev-checkout"))
    (tmp_path / "terraform.tfstate").write_text(json.dumps(content))
    return tmp_path


def adopt(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), "adopt", "--state", "terraform.tfstate", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_an_output_nothing_is_written(project: Path) -> None:
    before = sorted(project.rglob("*"))

    done = adopt(project)

    assert done.returncode == 0, done.stderr
    assert "orders (orders): 4 of 5 resources exist" in done.stdout
    assert "Add -o mapping.json to write the files for cdk import." in done.stdout
    assert SECRET not in done.stdout
    assert sorted(project.rglob("*")) == before


def test_each_stack_gets_a_mapping_of_its_own(project: Path) -> None:
    done = adopt(project, "-o", "mapping.json")

    assert done.returncode == 0, done.stderr
    orders = json.loads((project / "mapping.orders.json").read_text())
    assert set(orders) == {"Group", "Role", "Service", "Task"}
    assert set(json.loads((project / "mapping.rules.json").read_text())) == {"Rule"}
    for stack in ("orders", "rules"):
        line = f"cdk import --app mapping.cdk.out {stack} --resource-mapping mapping.{stack}.json"
        assert line in done.stdout
    assert "terraform state rm aws_xray_sampling_rule.dev_checkout" in done.stdout
    template = json.loads((project / "mapping.cdk.out" / "rules.json").read_text())
    rule = template["Resources"]["Rule"]["Properties"]["SamplingRule"]
    assert (rule["FixedRate"], rule["Priority"]) == (0.5, 100)


def test_one_stack_gets_the_file_that_was_named(project: Path) -> None:
    (project / "terraform.tfstate").write_text(json.dumps(state(sampling_rule("dev-checkout"))))

    done = adopt(project, "-o", "one.json")

    assert done.returncode == 0, done.stderr
    assert set(json.loads((project / "one.json").read_text())) == {"Rule"}
    assert (project / "one.cdk.out" / "manifest.json").is_file()


def test_machines_read_the_same(project: Path) -> None:
    done = adopt(project, "--format", "json", "-o", "mapping.json")

    document: dict[str, Any] = json.loads(done.stdout)
    assert document["replaced"] == 0
    assert document["importApp"] == "mapping.cdk.out"
    assert document["leftPolicies"] == ["aws_iam_role_policy.xray"]
    assert document["stacks"][0]["mapping"] == json.loads(
        (project / "mapping.orders.json").read_text()
    )


def test_a_replacement_ends_with_1(project: Path) -> None:
    assembly(project / "cdk.out", orders=service_template(Cluster="another"))

    done = adopt(project)

    assert done.returncode == 1
    assert "REPLACED: Cluster is shared-dev, will be another" in done.stdout


def test_addresses_are_quoted_for_the_shell(project: Path) -> None:
    rule = sampling_rule("dev-checkout")
    rule["instances"][0]["index_key"] = "it's"
    (project / "terraform.tfstate").write_text(json.dumps(state(rule)))

    done = adopt(project, "-o", "mapping.json")

    quoted = """terraform state rm 'aws_xray_sampling_rule.dev_checkout["it'"'"'s"]'"""
    assert quoted in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--profile", "dev"], "--profile and --region are for --with-account; add it"),
        (["--region", "eu-west-1"], "--profile and --region are for --with-account; add it"),
        (["--with-account", "--profile", "nobody"], "The config profile (nobody) could not be"),
        (["--app", "nothere"], "nothere: not found. Run `cdk synth` first"),
        (["--env", "qa"], "--env: must be a Stage of cdk.out (got 'qa')."),
        (["-o", "taken.json"], "the folder for cdk import must be new"),
        (["--state", "none.tfstate"], "none.tfstate: not found. Check the path."),
        (["--state", "cdk.out/manifest.json"], "must be a Terraform state of version 4"),
    ],
)
def test_bad_input_is_a_line_and_writes_nothing(
    project: Path, arguments: list[str], said: str
) -> None:
    (project / "taken.cdk.out").mkdir()
    before = sorted(project.rglob("*"))

    done = adopt(project, *arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(project.rglob("*")) == before


def test_a_state_is_required(project: Path) -> None:
    done = subprocess.run(
        [str(COMMAND), "adopt"], cwd=project, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "--state" in done.stderr
