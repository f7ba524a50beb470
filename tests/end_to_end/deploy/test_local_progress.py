"""What `ecs-xray local deploy` shows while cdk works, and when cdk fails."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from cdk_ecs_xray.local.cdk_log import PREFIX
from tests.end_to_end.deploy.local_command import (
    answers,
    gone,
    run_local,
    server_of,
    stopped_in_the_end,
)

GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/one"}}
BAD_RULE = {
    "Type": "AWS::XRay::SamplingRule",
    "Properties": {
        "SamplingRule": {
            "FixedRate": 5,
            "Host": "*",
            "HTTPMethod": "*",
            "Priority": 1,
            "ReservoirSize": 1,
            "ResourceARN": "*",
            "RuleName": "bad",
            "ServiceName": "*",
            "ServiceType": "*",
            "URLPath": "*",
            "Version": 1,
        }
    },
}
PARAMETER = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}


def project(folder: Path, **stacks: object) -> Path:
    """A project in any language: an app that writes an assembly with these templates."""
    assembly = folder / "assembly"
    assembly.mkdir(parents=True)
    artifacts = {}
    for name, resources in stacks.items():
        (assembly / f"{name}.json").write_text(json.dumps({"Resources": resources}))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": f"{name}.json", "stackName": name},
        }
    manifest = {"version": "48.0.0", "artifacts": artifacts}
    (assembly / "manifest.json").write_text(json.dumps(manifest))
    app = 'mkdir -p "$CDK_OUTDIR" && cp assembly/* "$CDK_OUTDIR"'
    (folder / "cdk.json").write_text(json.dumps({"app": app, "versionReporting": False}))
    return folder


def logs(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{PREFIX}*.log"))


def test_another_teams_app_is_deployed_with_a_line_for_each_stack(tmp_path: Path) -> None:
    folder = project(
        tmp_path / "a team's app (v2)", first={"One": GROUP}, second={"Two": PARAMETER}
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()

    done = run_local("deploy", "--app", str(folder), folder=tmp_path, TMPDIR=str(temporary))

    assert done.returncode == 0, done.stdout
    steps = done.stdout.partition("[4/5]")[2].partition("[5/5]")[0]
    assert re.findall(r"^ +(\w+) +(\w+), 1 resource, \d+\.\d s$", steps, re.MULTILINE) in (
        [("first", "CREATE_COMPLETE"), ("second", "CREATE_COMPLETE")],
        [("second", "CREATE_COMPLETE"), ("first", "CREATE_COMPLETE")],
    )
    # Nothing of what cdk itself prints.
    assert "IN_PROGRESS" not in done.stdout
    assert "Publishing" not in done.stdout
    assert len(steps.splitlines()) == 3
    assert list(temporary.iterdir()) == []


def test_a_failure_shows_its_reason_and_names_the_log_of_cdk(tmp_path: Path) -> None:
    folder = project(tmp_path / "app", good={"One": GROUP}, bad={"Rule": BAD_RULE})
    temporary = tmp_path / "tmp"
    temporary.mkdir()

    done = run_local("deploy", folder=folder, TMPDIR=str(temporary))

    assert done.returncode == 1, done.stdout
    assert re.search(r"^ +good +CREATE_COMPLETE, 1 resource", done.stdout, re.MULTILINE)
    assert re.search(r"^ +bad +ROLLBACK_COMPLETE, ", done.stdout, re.MULTILINE)
    assert re.search(r"^ +Rule \(AWS::XRay::SamplingRule\): .*FixedRate", done.stdout, re.MULTILINE)
    (kept,) = logs(temporary)
    assert "ecs-xray: step 'deploy': cdk deploy must end with 0 (got 1). " in done.stdout
    assert f"all of them in {kept}." in done.stdout
    assert "FixedRate" in kept.read_text()
    assert "Traceback" not in done.stdout
    # Without --keep the server ends with the command.
    assert gone(*server_of(done.stdout))


def test_a_failed_deployment_is_kept_for_a_look_when_asked(tmp_path: Path) -> None:
    folder = project(tmp_path / "app", bad={"Rule": BAD_RULE, "One": GROUP})

    done = run_local("deploy", "--keep", folder=folder, TMPDIR=str(tmp_path))

    with stopped_in_the_end(done.stdout, folder, TMPDIR=str(tmp_path)) as port:
        assert done.returncode == 1, done.stdout
        assert f"ecs-xray local stop {port}" in done.stdout
        assert answers(port)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--env", ""], "--env must be the name of an environment (got '')."),
        (["-c", "qa"], "--context must be KEY=VALUE (got 'qa')."),
        (["-c", "=qa"], "--context must be KEY=VALUE (got '=qa')."),
        (["--env", "qa", "-c", "env=dev"], "--env and --context env= cannot be combined."),
    ],
    ids=["empty", "no value", "no key", "twice"],
)
def test_a_context_that_cannot_be_used_is_named(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    folder = project(tmp_path / "app", good={"One": GROUP})

    done = run_local("deploy", *arguments, folder=folder)

    assert done.returncode == 2
    assert said in done.stdout


def test_context_reaches_the_app(tmp_path: Path) -> None:
    folder = project(tmp_path / "app", good={"One": GROUP})
    settings = json.loads((folder / "cdk.json").read_text())
    settings["app"] += ' && printf %s "$CDK_CONTEXT_JSON" > context.json'
    (folder / "cdk.json").write_text(json.dumps(settings))

    done = run_local("deploy", "--env", "qa", "-c", "size=0", "-c", "pair=a=b", folder=folder)

    assert done.returncode == 0, done.stdout
    context = json.loads((folder / "context.json").read_text())
    assert {key: context[key] for key in ("env", "size", "pair")} == {
        "env": "qa",
        "size": "0",
        "pair": "a=b",
    }


def test_the_log_of_cdk_is_left_nowhere_after_a_success(tmp_path: Path) -> None:
    folder = project(tmp_path / "app", good={"One": GROUP})
    shutil.rmtree(tmp_path / "tmp", ignore_errors=True)
    (tmp_path / "tmp").mkdir()

    assert run_local("deploy", folder=folder, TMPDIR=str(tmp_path / "tmp")).returncode == 0
    assert logs(tmp_path / "tmp") == []
