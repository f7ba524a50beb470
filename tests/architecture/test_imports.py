"""Which module may know which, and what starting the command line costs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

End = Callable[..., subprocess.CompletedProcess[str]]
# Above the constructs: they may import anything below, and no construct imports them.
ABOVE = {"cli", "local", "review", "verify"}
# Uploaded to Lambda as it is, so nothing imports it.
UPLOADED = {"default_sampling_rule_handler"}


def test_every_import_contract_is_kept(end_of: End, repository: Path) -> None:
    command = Path(sys.prefix) / "bin" / "lint-imports"

    done = end_of(command, "--no-cache", cwd=repository)

    assert done.returncode == 0, done.stdout
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout)


def test_every_module_has_its_place_in_the_layers(
    repository: Path, committed: Sequence[Path]
) -> None:
    package = repository / "constructs" / "cdk_ecs_xray"
    settings = tomllib.loads((repository / "pyproject.toml").read_text())
    (layers,) = (
        contract["layers"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    placed = {
        name.strip().removeprefix("cdk_ecs_xray.") for layer in layers for name in layer.split("|")
    }

    modules = {
        path.relative_to(package).parts[0].removesuffix(".py")
        for path in committed
        if path.is_relative_to(package) and path.suffix == ".py"
    }

    assert modules - {"__init__"} - ABOVE - UPLOADED - placed == set()


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
