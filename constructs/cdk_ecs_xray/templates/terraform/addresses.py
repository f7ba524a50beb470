"""Takes addresses and references of Terraform apart, as far as connecting them needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_INDEX = r"\[(?:[0-9]+|\"(?:[^\"\\]|\\.)*\")\]"
_CALL = re.compile(rf"module\.(?P<call>[^.\[\]]+)(?P<index>{_INDEX})?(?:\.|$)")
_RESOURCE = re.compile(
    rf"(?P<data>data\.)?(?P<type>[A-Za-z0-9_-]+)\.(?P<name>[^.\[\]]+)(?P<index>{_INDEX})?(?:\.|$)"
)
_OF_MODULE = re.compile(rf"module\.(?P<call>[^.\[\]]+)(?P<index>{_INDEX})?\.(?P<output>[^.\[\]]+)")
_VARIABLE = re.compile(r"var\.(?P<name>[^.\[\]]+)")
# Where a reference chooses an instance of its own resource, which the index of the other shows.
CHOOSING = ("count.index", "each.key")
# What a plan always knows.
_KNOWN = ("path.", "terraform.")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What an expression refers to.

    :param kind: ``resource``, ``data``, ``module``, ``variable``, ``known``, or ``open`` for what
        the JSON of a plan has no expression of.
    :param name: of the resource, the module's output or the variable.
    :param owner: the type of the resource, or the call of the module.
    :param index: in brackets, as written; empty without one.
    """

    kind: str
    name: str = ""
    owner: str = ""
    index: str = ""


def module_calls(address: str) -> Sequence[str]:
    """Return the calls that lead to a module instance, without their indexes."""
    return [found["call"] for found in _segments(address)]


def module_parents(address: str) -> Sequence[tuple[str, str, str]]:
    """Return parent, call and address of a module instance and of each that it is in."""
    found = []
    parent = ""
    for segment in _segments(address):
        own = within(parent, segment[0].removesuffix("."))
        found.append((parent, segment["call"], own))
        parent = own
    return found


def within(module: str, local: str) -> str:
    """Return the whole address of what is in a module instance."""
    return f"{module}.{local}" if module else local


def heads(references: Sequence[object]) -> Sequence[str]:
    """Return the references that are not the beginning of a longer one, which Terraform adds."""
    texts = sorted({one for one in references if isinstance(one, str)}, key=len, reverse=True)
    kept: list[str] = []
    beginnings: set[str] = set()
    for text in texts:
        if text not in beginnings:
            kept.append(text)
            beginnings |= {text[: cut.start()] for cut in re.finditer(r"[.\[]", text)}
    return kept


def parsed(reference: str) -> Reference:
    """Return what a reference is."""
    variable = _VARIABLE.match(reference)
    if variable is not None:
        return Reference(kind="variable", name=variable["name"])
    output = _OF_MODULE.match(reference)
    if output is not None:
        index = output["index"] or ""
        return Reference(kind="module", owner=output["call"], name=output["output"], index=index)
    if reference.startswith(_KNOWN) or reference in CHOOSING:
        return Reference(kind="known")
    resource = _RESOURCE.match(reference)
    if resource is None or resource["type"] in ("local", "each", "count", "module", "self"):
        return Reference(kind="open")
    return Reference(
        kind="resource" if resource["data"] is None else "data",
        owner=resource["type"],
        name=resource["name"],
        index=resource["index"] or "",
    )


def _segments(address: str) -> Sequence[re.Match[str]]:
    found = []
    at = 0
    while (segment := _CALL.match(address, at)) is not None and segment.end() > at:
        found.append(segment)
        at = segment.end()
    return found
