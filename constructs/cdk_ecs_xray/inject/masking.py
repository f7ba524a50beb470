"""A task definition's text without what may be a secret, for a diff that people pass on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from cdk_ecs_xray.files.secrecy import OWN_VARIABLES, holds_secret
from cdk_ecs_xray.inject.document import parse
from cdk_ecs_xray.inject.origin import LABEL, REPLACED
from cdk_ecs_xray.inject.registrable import registrable
from cdk_ecs_xray.inject.tree import Node

_MASK = "…"
# Of a task definition, what is in a container: variables by name, and what they are set to.
_VARIABLES = "environment"


def masked(text: str, *, where: str) -> str:
    """Return the text with as many lines, and a mark for the value of each possible secret.

    Hidden are the values of variables that are not tracing's own, and of members and options whose
    name says that they hold a secret.

    :raises ConfigurationError: as :func:`parse` does.
    """
    document = parse(text, where=where)
    pieces: list[str] = []
    end = 0
    for node in sorted(_secrets(document.root), key=lambda node: node.start):
        # A value of several lines stays one of as many, so that the diff keeps its positions.
        lines = text[node.start : node.end].count("\n")
        pieces += [text[end : node.start], f'"{_MASK}"' + "\n" * lines]
        end = node.end
    return "".join([*pieces, text[end:]])


def masked_content(text: str, *, where: str) -> Any:
    """Return the content of a text as it can be registered, masked like :func:`masked`.

    :raises ConfigurationError: as :func:`parse` does.
    """
    root = registrable(parse(text, where=where)).root
    return _plain(root, {node.start for node in _secrets(root)})


def _plain(node: Node, secret: Collection[int]) -> Any:
    if node.kind == "mapping":
        return {entry.key: _plain(entry.node, secret) for entry in node.entries}
    if node.kind == "sequence":
        return [_plain(item, secret) for item in node.items]
    return _MASK if node.start in secret else node.value


def _secrets(node: Node, name: str = "") -> Iterator[Node]:
    if node.kind == "scalar":
        if isinstance(node.value, str) and holds_secret(name):
            yield node
        elif name == LABEL and f'"{REPLACED}"' in str(node.value):
            # The container that was replaced, with all its variables.
            yield node
        return
    if name == _VARIABLES and node.kind == "sequence":
        yield from _of_variables(node.items)
        return
    for item in node.items:
        yield from _secrets(item, name)
    for entry in node.entries:
        # An ARN that names a secret is none.
        if entry.key not in ("valueFrom", "credentialsParameter", "secretOptions", "secrets"):
            yield from _secrets(entry.node, entry.key)


def _of_variables(variables: Sequence[Node]) -> Iterator[Node]:
    for variable in variables:
        name, value = variable.at(("name",)), variable.at(("value",))
        if value is not None and (name is None or name.value not in OWN_VARIABLES):
            yield value
