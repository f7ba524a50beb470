"""Environments that are none of the reference setup's, and accounts that files name."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.cdk_project import CdkProject
from tests.end_to_end.deploy.local_command import run_local, stopped_in_the_end

ENVIRONMENT = """\
name: {name}
namespace: {namespace}
{place}
log_retention_days: 14
sampling_rules: ../sampling/rules.yaml
services:
  - name: parcel-tracker
    image: public.ecr.aws/docker/library/nginx:1.29.3-alpine
    port: 8080
    cluster: shared-{name}
    {more}
"""


def written(
    folder: Path, name: str, *, namespace: str = "fq", place: str = "", more: str = ""
) -> None:
    """Write the file of an environment of one's own."""
    text = ENVIRONMENT.format(name=name, namespace=namespace, place=place, more=more)
    (folder / "environments" / f"{name}.yaml").write_text(text)


CLAIM_NOTHING = {
    "qa": ("fq", ""),
    "load": ("fq", "sidecar: safe"),
    "uat": ("parcels", "sidecar: terraform"),
}


@pytest.fixture(scope="module")
def assembly(copy_project: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environments of `CLAIM_NOTHING`, synthesized at once."""
    folder = copy_project(tmp_path_factory.mktemp("claim-nothing") / "project")
    for name, (namespace, more) in CLAIM_NOTHING.items():
        written(folder, name, namespace=namespace, more=more)
    CdkProject(folder).synthesise(folder / "cdk.out", context={})
    return folder / "cdk.out"


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedAws]:
    """A server that each of them is deployed onto."""
    with EmbeddedAws.start() as aws:
        yield aws


@pytest.mark.parametrize("name", CLAIM_NOTHING)
def test_an_environment_that_claims_nothing_is_not_compared(
    assembly: Path, running: EmbeddedAws, repository: Path, name: str, tmp_path: Path
) -> None:
    app = f"cp -r {assembly}/assembly-{name}/. $CDK_OUTDIR/"
    (tmp_path / "cdk.json").write_text(json.dumps({"app": app}))
    reference = repository / "tests" / "local" / "parity" / "reference_setup"

    done = run_local(
        "deploy", "--env", name, "--to", str(running.port), "--reference", str(reference),
        folder=tmp_path,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout
    stack = f"{CLAIM_NOTHING[name][0]}-{name}-parcel-tracker"
    assert f"{stack}: not compared with the reference Terraform setup" in done.stdout
    assert "fields equal" not in done.stdout


def test_the_printed_variables_reach_the_account_that_the_file_names(
    copy_project: Callable[..., Path], tmp_path: Path
) -> None:
    folder = copy_project(tmp_path / "project")
    written(folder, "qa", place='account: "444455556666"\nregion: eu-central-1')

    done = run_local("deploy", "--env", "qa", "--keep", folder=folder, AWS_PROFILE="nobody")

    assert done.returncode == 0, done.stdout
    with stopped_in_the_end(done.stdout, folder):
        lines = re.findall(r"^  ((?:export|unset) .*)$", done.stdout, re.MULTILINE)
        program = (
            "import boto3; stacks = boto3.client('cloudformation').describe_stacks()['Stacks'];"
            "print(*sorted(s['StackId'].rsplit('/', 1)[0] for s in stacks), sep='\\n')"
        )
        shell = [*lines, f'{sys.executable} -c "{program}"']
        found = subprocess.run(
            ["/bin/sh", "-c", "\n".join(shell)],
            env={"PATH": "/usr/bin:/bin", "AWS_PROFILE": "nobody", "AWS_ENDPOINT_URL_STS": "x"},
            capture_output=True,
            text=True,
            check=False,
        )

    place = "arn:aws:cloudformation:eu-central-1:444455556666:stack"
    assert found.stdout.splitlines() == [
        f"{place}/CDKToolkit",
        f"{place}/fq-qa-parcel-tracker",
        f"{place}/fq-qa-sampling",
    ], found.stderr
