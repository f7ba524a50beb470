"""The JSON Schema of rules files, for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.sampling.rule_set import MAX_GROUPS, SamplingRuleSet
from cdk_ecs_xray.sampling.rules import BOOST, BOOST_IN_SHORT


def rules_file_schema() -> Mapping[str, Any]:
    """Return the schema of a rules file, as ``sampling/rules.schema.json`` holds it.

    What a schema can't say, such as covered rules and filter expressions, ``ecs-xray rules check``
    says.
    """
    schema = SamplingRuleSet.model_json_schema()
    definitions = {
        name: _without_docstrings(definition) for name, definition in schema["$defs"].items()
    }
    rule = definitions["SamplingRule"]
    for name in ("SamplingRule", "RuleOverride"):
        properties = definitions[name]["properties"]
        definitions[name]["properties"] = {**properties, BOOST_IN_SHORT: properties[BOOST]}
    # A file may leave priorities out of every rule, which the model sees filled in.
    rule["required"] = [name for name in rule["required"] if name != "priority"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "X-Ray sampling rules",
        **{key: value for key, value in _without_docstrings(schema).items() if key != "title"},
        "properties": {
            **schema["properties"],
            "groups": {**schema["properties"]["groups"], "maxItems": MAX_GROUPS * 4},
        },
        "$defs": definitions,
    }


def _without_docstrings(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Keep a docstring's first line; the rest is written for readers of the code."""
    shown = dict(definition)
    if "description" in shown:
        shown["description"] = shown["description"].splitlines()[0]
    return shown
