"""Which module may know which, and what starting the command line costs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

End = Callable[..., subprocess.CompletedProcess[str]]


def test_every_import_contract_is_kept(end_of: End, repository: Path) -> None:
    command = Path(sys.prefix) / "bin" / "lint-imports"

    done = end_of(command, "--no-cache", cwd=repository)

    assert done.returncode == 0, done.stdout
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout)


@pytest.fixture(scope="module")
def contracts(repository: Path) -> Sequence[Mapping[str, Any]]:
    settings = tomllib.loads((repository / "pyproject.toml").read_text())
    found: Sequence[Mapping[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


@pytest.fixture(scope="module")
def rooms(repository: Path, committed: Sequence[Path]) -> set[str]:
    """What stands directly in the package: folders, and a few modules."""
    package = repository / "constructs" / "cdk_ecs_xray"
    return {
        f"cdk_ecs_xray.{path.relative_to(package).parts[0].removesuffix('.py')}"
        for path in committed
        if path.is_relative_to(package) and path.suffix == ".py"
    } - {"cdk_ecs_xray.__init__"}


def test_every_room_has_its_place_in_the_layers(
    contracts: Sequence[Mapping[str, Any]], rooms: set[str]
) -> None:
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")

    placed = {name.strip() for layer in layers for name in layer.split("|")}

    assert placed == rooms | {"stacks"}


def test_every_room_but_two_is_kept_from_cdk(
    contracts: Sequence[Mapping[str, Any]], rooms: set[str]
) -> None:
    (kept,) = (
        contract["source_modules"]
        for contract in contracts
        if "aws_cdk" in contract.get("forbidden_modules", ())
    )

    assert set(kept) == rooms - {"cdk_ecs_xray.cdk", "cdk_ecs_xray.stacks"}


def test_the_ground_floor_has_few_modules(rooms: set[str], repository: Path) -> None:
    package = repository / "constructs" / "cdk_ecs_xray"

    modules = [name for name in rooms if (package / f"{name.partition('.')[2]}.py").is_file()]

    assert len(modules) <= 4


def test_the_source_root_is_no_package(repository: Path) -> None:
    assert not (repository / "constructs" / "__init__.py").exists()


def test_from_the_checkout_constructs_is_the_one_from_pypi(end_of: End, repository: Path) -> None:
    code = "import constructs; print(constructs.__file__, constructs.Construct.__module__)"

    done = end_of(sys.executable, "-c", code, cwd=repository)

    assert done.returncode == 0, done.stderr
    file, module = done.stdout.split()
    assert "site-packages" in file
    assert module == "constructs"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["local", "deploy", "--help"]])
def test_the_command_line_starts_without_what_it_does_not_need(
    end_of: End, repository: Path, arguments: list[str]
) -> None:
    heavy = ("jsii", "aws_cdk", "boto3", "botocore", "rich", "pydantic", "yaml", "ministack")
    code = (
        "import sys; from cdk_ecs_xray.cli.commands import run; "
        f"code = run({arguments!r}); "
        f"print('loaded:', *[name for name in {heavy!r} if name in sys.modules]); sys.exit(code)"
    )

    done = end_of(
        sys.executable, "-c", code, cwd=repository, PYTHONPATH=str(repository / "constructs")
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded:"


def test_jsii_is_pointed_at_the_pinned_node_unless_the_user_chose_one(
    end_of: End, repository: Path
) -> None:
    code = "import stacks.pinned_node, os; print(os.environ['JSII_NODE'])"

    def node(**variables: str) -> str:
        done = end_of("/usr/bin/env", "-u", "JSII_NODE", *(
            f"{name}={value}" for name, value in variables.items()
        ), sys.executable, "-c", code, cwd=repository)  # fmt: skip
        return done.stdout.strip()

    pinned = Path(node())
    assert pinned == Path(sys.prefix) / "bin" / "node"
    assert end_of(pinned, "--version", cwd=repository).stdout.startswith("v24.")
    assert node(JSII_NODE="/opt/node") == "/opt/node"
