"""The keys of rules files, from their JSON Schema and the models' docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray import DefaultRule, Group, Insights, SamplingRateBoost, SamplingRule
from cdk_ecs_xray.sampling.schema import rules_file_schema
from tools.reference.options import _parts
from tools.reference.table import cell, table

_TITLES = {
    SamplingRule: "A rule of `rules`",
    SamplingRateBoost: "`boost` of a rule",
    DefaultRule: "`default`",
    Group: "A group of `groups`",
    Insights: "`insights` of a group",
}
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
}


def rules_keys() -> str:
    """Return a table for each kind of entry of a rules file."""
    definitions = rules_file_schema()["$defs"]
    return "\n".join(
        "\n".join(_section(model, title, definitions[model.__name__]))
        for model, title in _TITLES.items()
    )


def _section(model: type, title: str, schema: Mapping[str, Any]) -> list[str]:
    _, said, _ = _parts(inspect.getdoc(model) or "")
    required = schema.get("required", [])
    rows = [
        (f"`{key}`", _default(key, one, required), _limits(one), cell(said.get(key, "")))
        for key, one in schema["properties"].items()
    ]
    return [
        f"## {title}",
        "",
        schema["description"],
        "",
        *table(("key", "default", "limits", ""), rows),
    ]


def _default(key: str, schema: Mapping[str, Any], required: list[str]) -> str:
    if key in required:
        return "required"
    value = schema.get("default")
    if value is None:
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _limits(schema: Mapping[str, Any]) -> str:
    choices = [schema, *schema.get("anyOf", ())]
    found = [
        text.format(one[limit])
        for one in choices
        for limit, text in _LIMITS.items()
        if limit in one and not (limit == "minLength" and one[limit] == 1)
    ]
    return ", ".join(found)
