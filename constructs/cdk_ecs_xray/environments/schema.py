"""The JSON Schema of environment files, for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.environments.environment import Environment

_RULES = {"type": "string", "description": "path of the rules, from this file"}


def environment_schema() -> Mapping[str, Any]:
    """Return the schema of an environment file, as ``environments/environment.schema.json`` has it.

    What a schema can't say, such as sizes that Fargate has and ports that meet, synthesis says.
    """
    schema = Environment.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Environment of cdk-ecs-xray",
        **_plain({key: value for key, value in schema.items() if key not in ("title", "$defs")}),
        "properties": _plain({**schema["properties"], "sampling_rules": _RULES}),
        "$defs": {
            name: _plain(definition)
            for name, definition in schema["$defs"].items()
            if name in _reachable(schema)
        },
    }


def _reachable(schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the definitions that are used once the rules are a path."""
    properties = {**schema["properties"], "sampling_rules": _RULES}
    found: set[str] = set()
    waiting = list(_references(properties))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schema["$defs"][name])
    return frozenset(found)


def _references(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        own = [str(value["$ref"]).rpartition("/")[2]] if "$ref" in value else []
        return own + [name for one in value.values() for name in _references(one)]
    if isinstance(value, list):
        return [name for one in value for name in _references(one)]
    return []


def _plain(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Keep a docstring's first line, and leave out the titles that pydantic makes up."""
    shown: dict[str, Any] = {}
    for key, value in definition.items():
        if key == "title" and isinstance(value, str):
            continue
        if key == "description" and isinstance(value, str):
            shown[key] = value.splitlines()[0]
        elif isinstance(value, Mapping):
            shown[key] = (
                {name: _plain(one) for name, one in value.items()}
                if key == "properties"
                else _plain(value)
            )
        elif isinstance(value, list):
            shown[key] = [_plain(one) if isinstance(one, Mapping) else one for one in value]
        else:
            shown[key] = value
    return shown
