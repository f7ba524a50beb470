"""A document as ``register-task-definition`` takes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.inject.definition import READ_ONLY
from cdk_ecs_xray.inject.document import Document, parse
from cdk_ecs_xray.inject.edits import Addition, add, lifted, remove

_ANSWER = "taskDefinition"


def registrable(document: Document) -> Document:
    """Return a document as ``register-task-definition`` takes it.

    Of the answer of ``describe-task-definition`` its task definition and tags are kept, of a
    task definition what can be registered.
    """
    wrapped = document.root.plain
    if _is_answer(wrapped):
        node = document.root.at((_ANSWER,))
        assert node is not None  # noqa: S101 - it is an answer because it has this key
        document = parse(lifted(document, node), where=document.where)
        tags = wrapped.get("tags")
        if tags and "tags" not in wrapped[_ANSWER]:
            tagged = add(document, [Addition(path=(), entries={"tags": tags})])
            document = parse(tagged, where=document.where)
    content = document.root.plain
    if isinstance(content, Mapping) and not READ_ONLY.isdisjoint(content):
        document = parse(remove(document, READ_ONLY), where=document.where)
    return document


def unwrapped(content: Any) -> Any:
    """Return the task definition of a file with its read-only fields, which tell the region."""
    return content[_ANSWER] if _is_answer(content) else content


def _is_answer(content: Any) -> bool:
    return isinstance(content, Mapping) and isinstance(content.get(_ANSWER), Mapping)
