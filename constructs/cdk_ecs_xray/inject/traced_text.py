"""A task definition's text in, the traced text out. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cdk_ecs_xray.errors import (
    ConfigurationError,
    EcsXRayError,
    Problem,
    UnsupportedTaskDefinitionError,
)
from cdk_ecs_xray.inject.definition import read_definition
from cdk_ecs_xray.inject.document import Document, parse
from cdk_ecs_xray.inject.edits import add, with_additions
from cdk_ecs_xray.inject.injection import (
    Injection,
    plan_injection,
)
from cdk_ecs_xray.inject.options import TracingOptions
from cdk_ecs_xray.inject.origin import with_origin
from cdk_ecs_xray.inject.registrable import registrable, unwrapped
from cdk_ecs_xray.inject.removal import untrace_text
from cdk_ecs_xray.inject.replacing_own import without_own


@dataclass(frozen=True, kw_only=True)
class TracedText:
    """A traced task definition as text.

    :param text: the file as it was, with nothing but the additions and without read-only fields.
    :param injection: what was added and what to know about it.
    """

    text: str
    injection: Injection


def trace_text(text: str, *, where: str, options: TracingOptions) -> TracedText:
    """Return the text with a collector added and its containers connected to it.

    Tracing a traced text changes nothing. Neither does tracing one that runs a collector of its
    own; a warning says so, unless the options replace it.

    :param where: what errors name; see :func:`parse` for what its ending means.
    :raises EcsXRayError: with every reason why it cannot be done safely.
    """
    if options.replace:
        text, options = without_own(text, where=where, options=options)
    document = parse(text, where=where)
    told = read_definition(unwrapped(document.root.plain), where=where)
    injection = plan_injection(told, options)
    document = registrable(document)
    content = document.root.plain
    traced = add(document, injection.additions)
    replaced = injection.replaced is not None
    if injection.added and (replaced or not _is_told(document, traced)):
        additions = with_origin(document, injection.additions, injection.sidecar)
        injection = replace(injection, additions=additions)
        traced = add(document, additions)
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


def _is_told(document: Document, traced: str) -> bool:
    """Return whether the traced text alone says what the file was before."""
    try:
        return untrace_text(traced, where=document.where).text == document.text
    except EcsXRayError:
        # What cannot be taken out for another reason needs no note of what was there.
        return True
