"""A task definition's text in, the traced text out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, Problem, UnsupportedTaskDefinitionError
from cdk_ecs_xray.inject.definition import READ_ONLY, read_definition
from cdk_ecs_xray.inject.document import Document, parse
from cdk_ecs_xray.inject.edits import Addition, add, lifted, remove
from cdk_ecs_xray.inject.injection import (
    Injection,
    plan_injection,
    with_additions,
)
from cdk_ecs_xray.inject.options import TracingOptions

_ANSWER = "taskDefinition"


@dataclass(frozen=True, kw_only=True)
class TracedText:
    """A traced task definition as text.

    :param text: the file as it was, with nothing but the additions and without read-only fields.
    :param injection: what was added and what to know about it.
    """

    text: str
    injection: Injection


def trace_text(text: str, *, where: str, options: TracingOptions) -> TracedText:
    """Return the text with a collector added and its containers wired to it.

    Tracing a traced text changes nothing. Neither does tracing one that runs a collector of its
    own; a warning says so.

    :param where: what errors name; see :func:`parse` for what its ending means.
    :raises EcsXRayError: with every reason why it cannot be done safely.
    """
    document = parse(text, where=where)
    told = read_definition(_unwrapped(document.root.plain), where=where)
    injection = plan_injection(told, options)
    document = registrable(document)
    content = document.root.plain
    traced = add(document, injection.additions)
    wanted = with_additions(content, injection.additions)
    try:
        safe = parse(traced, where=where).root.plain == wanted
    except ConfigurationError:
        safe = False
    if not safe:
        raise UnsupportedTaskDefinitionError(
            Problem(
                where=where,
                what="the file must be laid out so that it can be added to",
                got="one whose lines would change their meaning",
                fix="Format it with your editor first.",
            )
        )
    return TracedText(text=traced, injection=injection)


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


def _unwrapped(content: Any) -> Any:
    """Return the task definition of a file with its read-only fields, which tell the region."""
    return content[_ANSWER] if _is_answer(content) else content


def _is_answer(content: Any) -> bool:
    return isinstance(content, Mapping) and isinstance(content.get(_ANSWER), Mapping)
