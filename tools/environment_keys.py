"""Write the tables of docs/environments.md from the model: ``python tools/environment_keys.py``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from cdk_ecs_xray.environments.defaults import Defaults
from cdk_ecs_xray.environments.environment import Environment

PAGE = Path(__file__).parents[1] / "docs" / "environments.md"
BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"
_TITLES = {"Environment": "An environment", "Service": "A service"}


def main() -> int:
    """Put the tables between their marks."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def with_tables(page: str) -> str:
    """Return the page with the tables that the model has now."""
    between = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
    return between.sub(lambda _: f"{BEGIN}\n\n{tables()}\n{END}", page)


def tables() -> str:
    """Return a heading and a table for each model, in the order they are met."""
    return "\n".join(_table(model, keys) for model, keys in _models())


def _models() -> Iterator[tuple[type[BaseModel], list[str]]]:
    waiting: list[tuple[type[BaseModel], str]] = [(Environment, "")]
    named: dict[type[BaseModel], list[str]] = {}
    while waiting:
        model, key = waiting.pop(0)
        known = model in named
        named.setdefault(model, []).append(key)
        if known or model is Defaults:
            continue
        prefix = "" if model.__name__ in _TITLES else f"{key}."
        for name, field in model.model_fields.items():
            waiting += [(found, f"{prefix}{name}") for found in _within(field.annotation)]
    for model, keys in named.items():
        if model.__module__.startswith("cdk_ecs_xray.environments") and model is not Defaults:
            yield model, list(dict.fromkeys(keys))


def _within(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _within(argument)


def _table(model: type[BaseModel], keys: list[str]) -> str:
    title = _TITLES.get(model.__name__)
    heading = title if title is not None else ", ".join(f"`{key}`" for key in keys)
    said = (model.__doc__ or "").strip().splitlines()[0]
    rows = [
        f"| `{name}` | {_default(field)} | {field.description} |"
        for name, field in model.model_fields.items()
    ]
    return "\n".join(
        [f"### {heading}", "", said, "", "| key | default | |", "|---|---|---|", *rows, ""]
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is PydanticUndefined or value is None or value == ():
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`"


if __name__ == "__main__":
    sys.exit(main())
