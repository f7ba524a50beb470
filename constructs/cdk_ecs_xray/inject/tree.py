"""Values that know their place in a text, made from PyYAML's nodes. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.yaml_12 import Yaml12Loader
from cdk_ecs_xray.inject.placeholders import (
    Unquoted,
    holds_any,
    is_one,
    restore,
)

Format = Literal["json", "yaml"]


@dataclass(frozen=True, kw_only=True)
class Node:
    """One value and where it is.

    :param start: position of its first character; ``end`` is behind its last.
    :param flow: written with brackets or braces, or a scalar.
    :param value: a scalar's value; None for a null and for collections.
    :param items: of a sequence.
    :param entries: of a mapping, in the file's order.
    """

    kind: Literal["mapping", "sequence", "scalar"]
    start: int
    end: int
    flow: bool = True
    value: Any = None
    items: Sequence[Node] = ()
    entries: Sequence[Entry] = ()

    @property
    def plain(self) -> Any:
        """The value as Python has it: dict, list or scalar."""
        if self.kind == "mapping":
            return {entry.key: entry.node.plain for entry in self.entries}
        if self.kind == "sequence":
            return [item.plain for item in self.items]
        return self.value

    def at(self, path: Sequence[str | int]) -> Node | None:
        """Return the node at a path of keys and positions, or None where that is not there."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            if isinstance(step, int):
                node = node.items[step]
            else:
                node = next((entry.node for entry in node.entries if entry.key == step), None)
        return node


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One key of a mapping with its value; ``start`` is where the key begins."""

    key: str
    start: int
    node: Node


class TreeBuilder:
    """Turns PyYAML's nodes, whose blocks end late, into ours."""

    def __init__(self, protected: str, kind: Format, where: str) -> None:
        self._text = protected
        self._format = kind
        self._where = where
        self._scalars = Yaml12Loader("")

    def node(self, node: yaml.Node) -> Node:
        """Return a node with everything below it."""
        start = node.start_mark.index
        if isinstance(node, yaml.MappingNode):
            entries = self._entries(node)
            inner = entries[-1].node.end if entries else start
            return Node(
                kind="mapping",
                start=start,
                end=node.end_mark.index if node.flow_style else inner,
                flow=bool(node.flow_style),
                entries=entries,
            )
        if isinstance(node, yaml.SequenceNode):
            items = [self.node(item) for item in node.value]
            inner = items[-1].end if items else start
            return Node(
                kind="sequence",
                start=start,
                end=node.end_mark.index if node.flow_style else inner,
                flow=bool(node.flow_style),
                items=items,
            )
        if not isinstance(node, yaml.ScalarNode):
            raise LookupError(node.tag)
        return self._scalar(node, start)

    def _entries(self, node: yaml.MappingNode) -> Sequence[Entry]:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            key = self.node(key_node).value
            if not isinstance(key, str):
                raise self._refused(key_node, "a key must be text", str(key), "Put it in quotes.")
            if key in entries:
                raise self._refused(
                    key_node, "a key must be there once", key, "Remove one of them."
                )
            entries[key] = Entry(
                key=key, start=key_node.start_mark.index, node=self.node(value_node)
            )
        return list(entries.values())

    def _scalar(self, node: yaml.ScalarNode, start: int) -> Node:
        end = start + len(self._text[start : node.end_mark.index].rstrip())
        written = self._text[start:end]
        if node.tag.startswith("!"):
            raise self._refused(node, "a value must have no tag", node.tag, "Write its value.")
        if self._format == "json":
            value = self._json_scalar(node, written)
        elif node.style is None and is_one(written):
            value = Unquoted(restore(written))
        else:
            value = self._constructed(node)
            value = restore(value) if isinstance(value, str) else value
        return Node(kind="scalar", start=start, end=end, value=value)

    def _constructed(self, node: yaml.ScalarNode) -> Any:
        try:
            return self._scalars.construct_object(node)
        except yaml.MarkedYAMLError as invalid:
            raise self._refused(
                node, "a value must fit its tag", str(invalid.problem), "Leave the tag out."
            ) from None

    def _json_scalar(self, node: yaml.Node, written: str) -> Any:
        if not holds_any(written) or written.startswith('"'):
            return _decoded(written)
        if not is_one(written):
            raise self._refused(
                node,
                "a placeholder without quotes must be the whole value",
                restore(written),
                "Put the value in quotes.",
            )
        return Unquoted(restore(written))

    def _refused(self, node: yaml.Node, what: str, got: str, fix: str) -> ConfigurationError:
        mark = node.start_mark
        return ConfigurationError(
            Problem(
                where=f"{self._where}, line {mark.line + 1}, column {mark.column + 1}",
                what=what,
                got=f"'{restore(got)}'",
                fix=fix,
            )
        )


def _decoded(written: str) -> Any:
    """Return a JSON scalar; what a placeholder in a text has escaped is the text's to escape."""
    try:
        return json.loads(restore(written))
    except ValueError:
        value = json.loads(written)
        return restore(value) if isinstance(value, str) else value
