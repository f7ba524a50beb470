"""Environments that are none of the reference setup's, and accounts that files name."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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


@pytest.fixture
def project(copy_project: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """A copy of the project with one environment of one's own."""

    def make(name: str, *, namespace: str = "fq", place: str = "", more: str = "") -> Path:
        folder = copy_project(tmp_path / "project")
        text = ENVIRONMENT.format(name=name, namespace=namespace, place=place, more=more)
        (folder / "environments" / f"{name}.yaml").write_text(text)
        return folder

    return make


@pytest.mark.parametrize(
    ("name", "namespace", "more"),
    [
        ("qa", "fq", ""),
        ("load", "fq", "sidecar: safe"),
        ("uat", "parcels", "sidecar: terraform"),
    ],
)
def test_an_environment_that_claims_nothing_is_not_compared(
    project: Callable[..., Path], repository: Path, name: str, namespace: str, more: str
) -> None:
    folder = project(name, namespace=namespace, more=more)
    reference = repository / "tests" / "local" / "parity" / "reference_setup"

    done = run_local("deploy", "--env", name, "--reference", str(reference), folder=folder)

    assert done.returncode == 0, done.stdout
    stack = f"{namespace}-{name}-parcel-tracker"
    assert f"{stack}: not compared with the reference Terraform setup" in done.stdout
    assert "fields equal" not in done.stdout


def test_the_printed_variables_reach_the_account_that_the_file_names(
    project: Callable[..., Path],
) -> None:
    place = 'account: "444455556666"\nregion: eu-central-1'
    folder = project("qa", place=place)

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
