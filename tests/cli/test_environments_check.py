"""`ecs-xray environments check`: the files of environments, without a CDK app."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run

ENVIRONMENT = """\
name: {name}
namespace: fq
sampling_rules: rules.yaml
log_retention_days: 14
services:
  - {{name: orders, image: "public.ecr.aws/docker/library/nginx:1.29.3", port: 80, cluster: shared}}
"""


@pytest.fixture
def folder(repository: Path, tmp_path: Path) -> Path:
    shutil.copy(repository / "sampling" / "rules.yaml", tmp_path)
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def test_right_files_are_named(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository)

    assert run(["environments", "check"]) == 0
    assert (
        capsys.readouterr().out == "environments: dev, prod, staging; 3 services, nothing wrong\n"
    )


def test_another_folder_is_read_and_one_service_is_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = ENVIRONMENT.format(name="qa").replace("rules.yaml", "../rules.yaml")
    (folder / "qa.yaml").write_text(text)

    assert run(["environments", "check", str(folder)]) == 0
    assert capsys.readouterr().out.endswith(": qa; 1 service, nothing wrong\n")


def test_every_problem_of_every_file_is_a_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("qa", "test"):
        text = ENVIRONMENT.format(name=name).replace("rules.yaml", "../rules.yaml")
        wrong = text.replace("port: 80", "port: 0").replace("days: 14", "days: 4")
        (folder / f"{name}.yaml").write_text(wrong)

    assert run(["environments", "check", str(folder)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert [
        (name, key)
        for line in said.err.splitlines()
        for name in ("qa", "test")
        for key in ("port", "log_retention_days")
        if f"/{name}.yaml" in line and f" {key} must be " in line
    ] == [
        ("qa", "log_retention_days"), ("qa", "port"),
        ("test", "log_retention_days"), ("test", "port"),
    ]  # fmt: skip


def test_it_imports_neither_cdk_nor_boto3(repository: Path) -> None:
    code = (
        "import sys; from cdk_ecs_xray.cli.commands import run; run(['environments', 'check']); "
        "sys.exit(bool({'aws_cdk', 'jsii', 'boto3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, check=False)
    assert done.returncode == 0
