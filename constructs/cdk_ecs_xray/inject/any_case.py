"""A bare list of containers with keys in any case, as Terraform's provider takes it. Pure."""

from __future__ import annotations

from dataclasses import replace

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.container_keys import USERS_OWN, api_key
from cdk_ecs_xray.inject.tree import Entry, Node


def in_api_keys(root: Node, *, where: str) -> Node:
    """Return a list of containers with its keys as the API spells them, each where it is.

    A whole task definition is returned as it is: ECS compares its keys with case.

    :raises ConfigurationError: for a key that is there twice, in two spellings.
    """
    return _spelled(root, where) if root.kind == "sequence" else root


def _spelled(node: Node, where: str) -> Node:
    if node.kind == "sequence":
        return replace(node, items=[_spelled(item, where) for item in node.items])
    if node.kind != "mapping":
        return node
    entries: dict[str, Entry] = {}
    for entry in node.entries:
        name = api_key(entry.key)
        if name in entries:
            raise ConfigurationError(
                Problem(
                    where=where,
                    what="a key must be there once, in whatever case",
                    got=f"'{entry.key}' beside '{name}'",
                    fix="Remove one of them.",
                )
            )
        inner = entry.node if name in USERS_OWN else _spelled(entry.node, where)
        entries[name] = replace(entry, key=name, node=inner)
    return replace(node, entries=list(entries.values()))
