"""What a release is: what it needs, what its page shows, that anyone can build it again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

End = Callable[..., subprocess.CompletedProcess[str]]
TEMPLATE = """\
Resources:
  Orders:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{Name: orders, Image: "orders:7", Memory: 128}]
"""
DEFINITION = """\
{"family": "orders", "taskRoleArn": "arn:aws:iam::111122223333:role/orders",
 "containerDefinitions": [{"name": "orders", "image": "orders:7", "memory": 128}]}
"""


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    return HeaderParser().parsestr(archive.read(name).decode())


@pytest.fixture(scope="module")
def project(repository: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    return found


def needed(requirements: Sequence[str], extras: frozenset[str]) -> Iterator[str]:
    """Yield the names of the packages that an installation with these extras brings."""
    for text in requirements:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is not None and not any(marker.evaluate({"extra": e}) for e in extras or {""}):
            continue
        yield requirement.name.lower()
        theirs = distribution(requirement.name).requires or ()
        yield from needed(theirs, frozenset(requirement.extras))


@pytest.fixture(scope="module")
def small(
    tmp_path_factory: pytest.TempPathFactory, wheel: Path, metadata: Message, end_of: End
) -> Path:
    """The `bin` of a virtual environment that holds `cdk-ecs-xray[review]` and nothing else."""
    folder = tmp_path_factory.mktemp("small")
    assert end_of(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder).returncode == 0
    python = folder / "bin" / "python"
    done = end_of(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index",
        "--no-deps", "--disable-pip-version-check", wheel, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (site,) = folder.glob("lib/python*/site-packages")
    for name in set(needed(metadata.get_all("Requires-Dist", []), frozenset({"review"}))):
        found = distribution(name)
        for top in {path.parts[0] for path in found.files or () if path.parts[0] != ".."}:
            if top != "__pycache__" and not (site / top).exists():
                (site / top).symlink_to(Path(str(found.locate_file(top))))
    return folder / "bin"


def test_an_installation_brings_only_what_every_use_needs(metadata: Message) -> None:
    always = {
        Requirement(text).name.lower()
        for text in metadata.get_all("Requires-Dist", [])
        if Requirement(text).marker is None
    }

    assert always == {"lark", "pydantic", "pyyaml"}
    assert metadata["License-Expression"] == "Apache-2.0"


def test_each_extra_is_named_where_a_reader_chooses_one(
    project: Mapping[str, Any], repository: Path
) -> None:
    text = (repository / "docs" / "start" / "install.md").read_text("utf-8")

    extras = project["project"]["optional-dependencies"]
    assert [name for name in extras if f"cdk-ecs-xray[{name}]" not in text] == []


def test_a_review_needs_neither_cdk_nor_boto3(
    small: Path, repository: Path, tmp_path: Path, end_of: End
) -> None:
    (site,) = small.parent.glob("lib/python*/site-packages")
    brought = {path.name for path in site.iterdir()}
    assert brought & {"aws_cdk", "constructs", "jsii", "boto3", "botocore", "duckdb"} == set()

    (tmp_path / "orders.yaml").write_text(TEMPLATE)
    (tmp_path / "orders.json").write_text(DEFINITION)
    shutil.copy(repository / "sampling" / "rules.yaml", tmp_path)
    ran = {
        command: end_of(small / "ecs-xray", *command.split(), cwd=tmp_path)
        for command in (
            "review orders.yaml --format json",
            "inject orders.json --log-group /orders --region eu-west-1 --diff",
            "schema environment",
            "schema rules",
            "docs no-traces",
        )
    }
    assert {command: done.stderr for command, done in ran.items() if done.returncode > 1} == {}
    (task,) = json.loads(ran["review orders.yaml --format json"].stdout)["tasks"]
    assert [app["outcome"] for app in task["apps"]] == ["not-connected"]
    assert (
        "xray-daemon"
        in ran["inject orders.json --log-group /orders --region eu-west-1 --diff"].stdout
    )


def test_a_construct_without_cdk_names_the_extra(small: Path, tmp_path: Path, end_of: End) -> None:
    done = end_of(small / "python", "-c", "from cdk_ecs_xray import XRayTracing", cwd=tmp_path)

    assert done.stderr.splitlines()[-1] == (
        "ImportError: cdk_ecs_xray.XRayTracing: the extra 'cdk' is required. Run pip install "
        "'cdk-ecs-xray[cdk]', or add aws-cdk-lib to your app's requirements."
    )


def test_the_page_of_a_package_index_has_no_link_that_leads_nowhere(
    metadata: Message, project: Mapping[str, Any], repository: Path
) -> None:
    page = str(metadata.get_payload())
    home = project["project"]["urls"]["Homepage"]
    version = project["project"]["version"]

    links = [part.partition(")")[0] for part in page.split("](")[1:]]
    own = [link for link in links if link.startswith(home)]
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    for link in own:
        kind, tag, path = link.removeprefix(f"{home}/").split("/", 2)
        assert kind in {"blob", "raw"}
        assert tag == f"v{version}"
        assert (repository / path.partition("#")[0]).exists(), link
    assert len(own) > 10


def test_every_address_of_the_project_is_under_its_home(project: Mapping[str, Any]) -> None:
    home = project["project"]["urls"]["Homepage"]
    substitutions = project["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]

    addresses = [
        *project["project"]["urls"].values(),
        *(one["replacement"].partition("(")[2] for one in substitutions["substitutions"]),
    ]
    assert [address for address in addresses if not address.startswith(home)] == []


def test_the_changelog_begins_with_this_version(
    project: Mapping[str, Any], repository: Path
) -> None:
    headings = [
        line
        for line in (repository / "CHANGELOG.md").read_text("utf-8").splitlines()
        if line.startswith("## ")
    ]

    assert headings[0].removeprefix("## ").split()[0] == project["project"]["version"]


def test_two_builds_in_two_folders_are_byte_for_byte_equal(
    tmp_path: Path, repository: Path, committed: Sequence[Path], end_of: End
) -> None:
    built = []
    for name, age in (("first", 0), ("second", 40_000_000)):
        copy = tmp_path / name
        for path in committed:
            inside = path.relative_to(repository)
            if inside.parts[0] in {"tests", "benchmarks", "examples", "node_modules"}:
                continue
            (copy / inside.parent).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy / inside)
            os.utime(copy / inside, (1_700_000_000 + age, 1_700_000_000 + age))
        done = end_of(sys.executable, "-m", "hatchling", "build", "-d", copy / "out", cwd=copy)
        assert done.returncode == 0, done.stderr
        built.append({path.name: path.read_bytes() for path in (copy / "out").iterdir()})

    assert sorted(path.rpartition(".")[2] for path in built[0]) == ["gz", "whl"]
    assert built[0] == built[1]


def test_the_wheel_of_the_source_distribution_is_the_same(
    tmp_path: Path, repository: Path, wheel: Path, end_of: End
) -> None:
    done = end_of(
        sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=repository
    )
    assert done.returncode == 0, done.stderr
    (source,) = tmp_path.glob("*.tar.gz")
    # Python 3.11.2 has no filters yet, and 3.12 warns of an extraction without one.
    filters: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path / "unpacked", **filters)  # noqa: S202 - built a line above
    (inside,) = (tmp_path / "unpacked").iterdir()

    done = end_of(
        sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=inside
    )

    assert done.returncode == 0, done.stderr
    (again,) = tmp_path.glob("*.whl")
    assert again.read_bytes() == wheel.read_bytes()


PERMISSIVE = {
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CNRI-Python",
    "MIT",
    "MIT-0",
    "PSF-2.0",
}


def test_the_bill_of_materials_names_every_package_with_a_permissive_license(
    tmp_path: Path, repository: Path, project: Mapping[str, Any], end_of: End
) -> None:
    tool = repository / "tools" / "bill_of_materials.py"
    for name in ("first", "second"):
        done = end_of(sys.executable, tool, tmp_path / name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    stem = f"cdk-ecs-xray-{project['project']['version']}"
    written = tmp_path / "first" / f"{stem}.cdx.json"

    assert written.read_bytes() == (tmp_path / "second" / f"{stem}.cdx.json").read_bytes()
    components = {one["name"]: one for one in json.loads(written.read_text())["components"]}
    assert {"aws-cdk-lib", "boto3", "botocore", "click", "duckdb", "pydantic"} <= set(components)
    assert {"pytest", "ruff", "cdk-ecs-xray"} & set(components) == set()
    lock = (repository / "requirements.lock").read_text("utf-8")
    for name, one in components.items():
        assert f"{name.replace('.', '-')}=={one['version']}" in lock
        (found,) = one["licenses"]
        said = found["expression"] if "expression" in found else found["license"]["id"]
        assert set(said.replace(" OR ", " AND ").split(" AND ")) <= PERMISSIVE, name
    table = (tmp_path / "first" / f"{stem}-licenses.md").read_text().splitlines()
    assert len(table) == len(components) + 2
