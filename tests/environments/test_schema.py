"""The schema that editors check environment files with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.jsonschema import StandardValidator  # type: ignore[import-untyped]
from click.testing import CliRunner

from cdk_ecs_xray.cli.commands import commands
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.folder import read_environments
from cdk_ecs_xray.environments.schema import environment_schema

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "environments").glob("*.yaml"), *(ROOT / "examples").glob("*/*.yaml")])
FILES = [path for path in FILES if path.parent.name == "environments"]
SCHEMA_LINE = "# yaml-language-server: $schema="


def keys_of(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, definition in {"Environment": schema, **schema["$defs"]}.items():
        for key, value in definition.get("properties", {}).items():
            yield name, key, value


def whole(value: Any, definitions: Mapping[str, Any]) -> Any:
    """Return a schema with each definition where it is named."""
    if isinstance(value, Mapping):
        if "$ref" in value:
            return whole(definitions[value["$ref"].rpartition("/")[2]], definitions)
        return {key: whole(one, definitions) for key, one in value.items() if key != "$defs"}
    return [whole(one, definitions) for one in value] if isinstance(value, list) else value


def faults(content: object, schema: Mapping[str, Any]) -> list[str]:
    """Return what an editor marks in a file."""
    expanded = whole(schema, schema["$defs"])
    found = StandardValidator({}).evolve(schema=expanded).iter_errors(content)
    return [str(fault.message) for fault in found]


def test_the_published_schema_is_the_models() -> None:
    published = ROOT / "environments" / "environment.schema.json"

    assert json.loads(published.read_text()) == environment_schema()


@pytest.mark.parametrize("kind", ["environment", "rules"])
def test_it_is_printed(kind: str) -> None:
    done = CliRunner().invoke(commands, ["schema", kind])

    assert done.exit_code == 0
    assert json.loads(done.stdout)["$schema"].endswith("2020-12/schema")


def test_another_kind_of_file_is_refused() -> None:
    assert CliRunner().invoke(commands, ["schema", "environments"]).exit_code == 2


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_of_the_checkout_names_it_and_is_valid(path: Path) -> None:
    text = path.read_text()
    first = text.splitlines()[0]

    assert first.startswith(SCHEMA_LINE)
    schema = json.loads((path.parent / first.removeprefix(SCHEMA_LINE)).read_text())
    assert faults(yaml.safe_load(text), schema) == []
    Environment.from_file(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"regoin": "eu-west-1"}, "regoin"),
        ({"services": [{"name": "a", "image": "b", "cpus": 1}]}, "cpus"),
        ({"services": [{"name": "a", "image": "b", "launch": "lambda"}]}, "lambda"),
        ({"cluster": {"create": {"capacity": "spot"}}}, "spot"),
        ({"defaults": {"image": "a"}}, "image"),
    ],
    ids=str,
)
def test_an_editor_sees_a_wrong_key_or_word(change: dict[str, Any], said: str) -> None:
    good = {
        "name": "dev",
        "namespace": "fq",
        "sampling_rules": "rules.yaml",
        "services": [{"name": "a", "image": "b"}],
    }
    assert faults(good, environment_schema()) == []

    (fault,) = faults({**good, **change}, environment_schema())
    assert said in fault


def test_every_key_is_described() -> None:
    bare = [
        f"{model}.{key}"
        for model, key, value in keys_of(environment_schema())
        if not value.get("description")
    ]

    assert bare == []


def test_a_schema_beside_the_files_is_no_environment(
    environment_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    (environment_file.parent / "environment.schema.json").write_text("{}")
    assert list(read_environments(environment_file.parent)) == ["dev"]

    environment_file.unlink()
    (problem,) = problems_of(read_environments, environment_file.parent)
    assert "environment files not found" in problem
