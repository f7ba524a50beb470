"""Reads YAML as its version 1.2 has it, where ``no`` is a word and ``010`` is no octal number."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

from cdk_ecs_xray.files.bounds import DEEPEST

_MOST_VALUES = 100_000
_STANDARD = "tag:yaml.org,2002:"
_KINDS: dict[type[yaml.Node], frozenset[str]] = {
    yaml.MappingNode: frozenset({f"{_STANDARD}map"}),
    yaml.SequenceNode: frozenset({f"{_STANDARD}seq"}),
    yaml.ScalarNode: frozenset(
        f"{_STANDARD}{name}" for name in ("str", "int", "float", "bool", "null", "merge")
    ),
}


class Yaml12Loader(yaml.SafeLoader):
    """Safe YAML with the scalars of version 1.2, text as keys, no key twice, and an end."""

    _composed = 0
    _depth = 0

    def bounded_node(self) -> yaml.Node | None:
        """Return the document's node, when all of it can be walked.

        :raises yaml.YAMLError: for more than 100,000 values once aliases and merges are spelled
            out, a value inside itself, or a tag that data has no use for.
        """
        node = self.get_single_node()
        if node is not None:
            _spelled_out(node, {})
        return node

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Return the next node; called by PyYAML.

        :raises RecursionError: for more levels than data may have.
        """
        self._composed += 1
        if self._composed > _MOST_VALUES:
            raise _refused(f"more than {_MOST_VALUES:,} values", self.peek_event())  # type: ignore[no-untyped-call]
        if self._depth > DEEPEST:
            raise RecursionError
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def construct_mapping(  # PyYAML's own signature
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002
    ) -> dict[Hashable, Any]:
        """Return the mapping of a node; called by PyYAML.

        A key is text, as it is written: account ids in CloudFormation's mappings often go
        without quotes.
        """
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused("a key that is no text", key)
            if key.value in seen:
                raise _refused(f"the key '{key.value}' is there twice", key)
            seen.add(key.value)
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}

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
            raise _refused(f"no value of the kind {node.tag.rpartition(':')[2]}", node) from None


def _spelled_out(node: yaml.Node, known: dict[int, int | None]) -> int:
    """Return how many values a node holds, with every alias in place of what it names."""
    if isinstance(node, yaml.ScalarNode):
        _require_tag(node)
        return 1
    if id(node) in known:
        count = known[id(node)]
        if count is None:
            raise _refused("a value inside itself", node)
        return count
    known[id(node)] = None
    _require_tag(node)
    inner = (
        [part for pair in node.value for part in pair]
        if isinstance(node, yaml.MappingNode)
        else node.value
    )
    count = 1 + sum(_spelled_out(part, known) for part in inner)
    if count > _MOST_VALUES:
        raise _refused(f"more than {_MOST_VALUES:,} values once aliases are spelled out", node)
    known[id(node)] = count
    return count


def _require_tag(node: yaml.Node) -> None:
    # Own tags, "!Ref", are the loader's to know.
    if node.tag.startswith(_STANDARD) and node.tag not in _KINDS[type(node)]:
        raise _refused(f"the tag !!{node.tag.removeprefix(_STANDARD)} on such a value", node)


def _refused(problem: str, at: Any) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(problem=problem, problem_mark=at.start_mark)


# Read anew below, or a plain word in version 1.2: dates and the sign "=".
_YAML_11_ONLY = ("int", "float", "bool", "timestamp", "value")


def _yaml_12_resolvers() -> dict[str, list[tuple[str, Any]]]:
    replaced = {f"{_STANDARD}{tag}" for tag in _YAML_11_ONLY}
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
        Yaml12Loader.add_implicit_resolver(f"{_STANDARD}{tag}", re.compile(pattern), list(first))


_add_core_schema()
