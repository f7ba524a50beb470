"""Reads YAML as its version 1.2 has it, where ``no`` is a word and ``010`` is no octal number."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml


class Yaml12Loader(yaml.SafeLoader):
    """Safe YAML with the scalars of version 1.2, and no key twice."""

    def construct_mapping(  # PyYAML's own signature
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002
    ) -> dict[Hashable, Any]:
        """Return the mapping of a node; called by PyYAML."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        problem=f"the key '{key.value}' is there twice",
                        problem_mark=key.start_mark,
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_object(  # PyYAML's own signature
        self,
        node: yaml.Node,
        deep: bool = False,  # noqa: FBT001, FBT002
    ) -> Any:
        """Return the value of a node; called by PyYAML.

        A tag that does not fit its text, and a number of thousands of digits, end PyYAML's own
        functions with whatever Python raises there.
        """
        try:
            return super().construct_object(node, deep)
        except (AttributeError, KeyError, ValueError):
            raise yaml.constructor.ConstructorError(
                problem=f"no value of the kind {node.tag.rpartition(':')[2]}",
                problem_mark=node.start_mark,
            ) from None


# Read anew below, or a plain word in version 1.2: dates and the sign "=".
_YAML_11_ONLY = ("int", "float", "bool", "timestamp", "value")


def _yaml_12_resolvers() -> dict[str, list[tuple[str, Any]]]:
    replaced = {f"tag:yaml.org,2002:{tag}" for tag in _YAML_11_ONLY}
    return {
        first: [pair for pair in pairs if pair[0] not in replaced]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _add_core_schema() -> None:
    # The patterns of the core schema, YAML 1.2.2 section 10.3.2, without octal and hexadecimal.
    Yaml12Loader.yaml_implicit_resolvers = _yaml_12_resolvers()
    for tag, pattern, first in (
        ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
        ("int", r"^(?:[-+]?(?:0|[1-9][0-9]*))$", "-+0123456789"),
        ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
        ("float", r"^[-+]?[0-9]+[eE][-+]?[0-9]+$", "-+0123456789"),
    ):
        Yaml12Loader.add_implicit_resolver(
            f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first)
        )


_add_core_schema()
