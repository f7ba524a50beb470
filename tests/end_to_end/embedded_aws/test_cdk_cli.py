"""The real CDK command line against the AWS emulator, from bootstrap to destroy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from cdk_ecs_xray.local import EmbeddedAws

ACCOUNT, REGION = "111111111111", "eu-west-1"


def assembly(folder: Path, *, rate: float) -> Path:
    """What `cdk synth` leaves behind for a stack of one sampling rule."""
    rule = {
        "RuleName": "checkout",
        "Priority": 1,
        "FixedRate": rate,
        "ReservoirSize": 1,
        "Version": 1,
        **dict.fromkeys(
            ("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath", "ResourceARN"), "*"
        ),
    }
    resource = {"Type": "AWS::XRay::SamplingRule", "Properties": {"SamplingRule": rule}}
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{ACCOUNT}/{REGION}",
        "properties": {"templateFile": "sampling.template.json"},
    }
    folder.mkdir()
    (folder / "sampling.template.json").write_text(json.dumps({"Resources": {"Rule": resource}}))
    (folder / "manifest.json").write_text(
        json.dumps({"version": "48.0.0", "artifacts": {"sampling": stack}})
    )
    return folder


def test_the_cdk_command_line_runs_through_its_life(aws: EmbeddedAws, tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "cdk"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = clean | aws.cdk_environment(account=ACCOUNT, region=REGION)
    xray: Any = aws.client("xray", account=ACCOUNT, region=REGION)

    def cdk(*arguments: object, code: int = 0) -> str:
        done = subprocess.run(
            [program, *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def rate() -> float:
        found: float = xray.get_sampling_rules()["SamplingRuleRecords"][0]["SamplingRule"][
            "FixedRate"
        ]
        return found

    first = assembly(tmp_path / "first", rate=0.5)
    cdk("bootstrap", f"aws://{ACCOUNT}/{REGION}")
    cdk("deploy", "--app", first, "--require-approval", "never")
    assert rate() == 0.5

    xray.update_sampling_rule(SamplingRuleUpdate={"RuleName": "checkout", "FixedRate": 1})
    assert "FixedRate" in cdk("drift", "--app", first, "--fail", code=1)

    cdk("destroy", "--app", first, "--force")
    assert len(xray.get_sampling_rules()["SamplingRuleRecords"]) == 1
    assert not (tmp_path / "cdk.context.json").exists()
