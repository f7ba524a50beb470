"""The tables of docs/environments.md are the model's."""

from __future__ import annotations

from pathlib import Path

from cdk_ecs_xray.environments.defaults import Defaults
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.service import Service
from tools.environment_keys import PAGE, tables, with_tables


def test_the_page_has_the_tables_of_the_model() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == with_tables(page), "run: python tools/environment_keys.py"


def test_every_key_of_services_and_environments_is_there() -> None:
    listed = tables()

    for model in (Environment, Service, Defaults):
        for key in model.model_fields:
            assert f"| `{key}` |" in listed


def test_a_table_that_differs_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8").replace("| `desired_count` |", "| `count` |"))

    assert page.read_text() != with_tables(page.read_text())
