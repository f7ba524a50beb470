"""The wheel, installed where no checkout is near, in an app of ten lines."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

End = Callable[..., subprocess.CompletedProcess[str]]
TEN_LINES = """\
import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from cdk_ecs_xray import XRayTracing

app = cdk.App(outdir="out")
stack = cdk.Stack(app, "Theirs")
task = ecs.FargateTaskDefinition(stack, "Task", cpu=256, memory_limit_mib=512)
task.add_container("web", image=ecs.ContainerImage.from_registry("nginx:1"), cpu=128)
task.add_extension(XRayTracing())
app.synth()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path, end_of: End) -> Path:
    """The `bin` of a virtual environment with the wheel and its dependencies."""
    folder = tmp_path_factory.mktemp("theirs")
    assert end_of(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder).returncode == 0
    python = folder / "bin" / "python"
    # Into an environment that sees no other, or pip would uninstall the checkout's.
    done = end_of(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index",
        "--no-deps", "--disable-pip-version-check", wheel, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # The dependencies are there already. A path in a .pth file brings the packages in a folder,
    # but not the .pth files there, so not the checkout either.
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    tops = {name.partition("/")[0] for name in names}
    assert {top.partition("-")[0] for top in tops} == {"cdk_ecs_xray"}
    assert "cdk_ecs_xray/py.typed" in names
    parts = {part for name in names for part in name.split("/")}
    assert parts & {"tests", "conftest.py", "__pycache__"} == set()
    assert not [part for part in parts if part.startswith("test_")]


def test_the_pages_come_with_it(
    installed: Path, repository: Path, end_of: End, tmp_path: Path
) -> None:
    done = end_of(installed / "ecs-xray", "docs", "no-traces", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout == (repository / "docs" / "fix" / "no-traces.md").read_text(encoding="utf-8")


def test_every_committed_module_is_in_the_wheel(
    wheel: Path, repository: Path, committed: list[Path]
) -> None:
    source = repository / "constructs"
    expected = {
        path.relative_to(source).as_posix() for path in committed if path.is_relative_to(source)
    }

    assert expected - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_ten_lines_in_another_project_are_enough(
    installed: Path, tmp_path: Path, end_of: End, repository: Path
) -> None:
    (tmp_path / "app.py").write_text(TEN_LINES)

    done = end_of(installed / "python", "app.py", cwd=tmp_path, CDK_VALIDATION="false")

    assert (done.returncode, done.stderr) == (0, "")
    template = (tmp_path / "out" / "Theirs.template.json").read_text()
    assert str(repository) not in template
    (definition,) = (
        resource["Properties"]
        for resource in json.loads(template)["Resources"].values()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
    )
    web, sidecar = definition["ContainerDefinitions"]
    assert {"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "127.0.0.1:2000"} in web["Environment"]
    assert sidecar["Name"] == "xray-daemon"


def test_the_first_screen_of_the_readme_does_what_it_shows(
    installed: Path, repository: Path, tmp_path: Path, end_of: End
) -> None:
    readme = (repository / "README.md").read_text(encoding="utf-8")
    (app,) = re.findall(r"^```python\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    (console,) = re.findall(r"^```console\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    (tmp_path / "app.py").write_text(app)
    printed = []
    for command in re.findall(r"^\$ (.+)$", console, re.MULTILINE):
        program, *rest = shlex.split(command)
        # `cdk` is the checkout's; everything of Python is the stranger's.
        found = Path(sys.prefix) / "bin" / program if program == "cdk" else installed / program
        done = end_of(found, *rest, cwd=tmp_path, PATH=f"{installed}:{os.environ['PATH']}")
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        printed += done.stdout.splitlines()
    shown = [line for line in console.splitlines() if not line.startswith(("$ ", "…"))]
    assert [line for line in shown if line not in printed] == []
    assert len(shown) >= 2


def test_it_is_the_wheel_that_was_imported(installed: Path, tmp_path: Path, end_of: End) -> None:
    code = "import cdk_ecs_xray; print(cdk_ecs_xray.__file__)"

    done = end_of(installed / "python", "-c", code, cwd=tmp_path)

    assert Path(done.stdout.strip()).is_relative_to(installed.parent)


def test_the_command_line_comes_with_it(
    installed: Path, repository: Path, tmp_path: Path, end_of: End
) -> None:
    done = end_of(installed / "ecs-xray", "--version", cwd=tmp_path)

    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert done.stdout == f"ecs-xray, version {project['version']}\n"


@pytest.mark.parametrize("launch", ["ec2", "fargate"])
def test_what_init_writes_is_an_app_that_synthesizes_without_findings(
    installed: Path, tmp_path: Path, end_of: End, repository: Path, launch: str
) -> None:
    folder = tmp_path / "my orders"
    folder.mkdir()
    program = installed / "ecs-xray"

    for command in (
        [program, "init", "--launch", launch, "--name", "orders"],
        [program, "environments", "check"],
        [program, "rules", "check", "--fail-on", "warning"],
        [installed / "python", "app.py"],
        [program, "review", "--fail-on", "error", "--fail-on", "untraced"],
        [Path(sys.prefix) / "bin" / "cfn-lint", "cdk.out/**/*.template.json"],
    ):
        done = end_of(*command, cwd=folder, CDK_OUTDIR=str(folder / "cdk.out"))
        assert done.returncode == 0, (command, done.stdout, done.stderr)

    (orders,) = folder.glob("cdk.out/*/devorders*.template.json")
    assert str(repository) not in orders.read_text()
    # What stops the app is a line, not a traceback, and no half of an assembly.
    (folder / "environments" / "dev.yaml").write_text("name: 5\n")
    done = end_of(installed / "python", "app.py", cwd=folder, CDK_OUTDIR=str(folder / "other"))
    assert done.returncode == 1
    assert "environments/dev.yaml" in done.stderr
    assert "Traceback" not in done.stderr
