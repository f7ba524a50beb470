"""What a file held where tracing was added, kept with the sidecar so that it can be put back. Pure.

Most of it can be read from the traced file itself. The rest, such as an empty list that was the
last key of its container, is in one label of the sidecar; without such a case there is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.inject.definition import RawContainer
from cdk_ecs_xray.inject.document import Document
from cdk_ecs_xray.inject.edits import Addition, Path, gap_before
from cdk_ecs_xray.inject.shape_check import CONTAINERS

LABEL = "cdk-ecs-xray.before"
ADDED_KEYS = ("environment", "links", "dependsOn", "mountPoints", "volumes")
"""What tracing adds to an app, in the order it is added in, and then to the task."""

RAISED = " raised to"
REPLACED = "/replaced"
"""Where the text of the container is that the sidecar took the place of."""
Origin = Mapping[str, str | int]
"""By place, ``container/key``: the text of an empty value, or how many entries a list had.

``/cpu`` and ``/memory`` are the task's own, with the size that they were raised to; a variable,
``container/environment/NAME``, is kept likewise with what it was lengthened to or joined with.
"""


def place_of(container: RawContainer, key: str) -> str:
    """Return how a key of a container is called in an origin; the task itself has no name."""
    return f"{container.get('name', '')}/{key}"


def place_of_variable(container: RawContainer, name: str) -> str:
    """Return how the value of a container's variable is called in an origin."""
    return f"{place_of(container, ADDED_KEYS[0])}/{name}"


def value_before(container: RawContainer, pair: object, origin: Origin) -> str | None:
    """Return the text of a variable's value as it was; None where it was changed since."""
    if not isinstance(pair, Mapping):
        return None
    place = place_of_variable(container, str(pair.get("name")))
    before = origin.get(place)
    unchanged = pair.get("value") == origin.get(f"{place}{RAISED}")
    return before if isinstance(before, str) and unchanged else None


def usual_empty(document: Document, path: Path) -> str:
    """Return what an empty list is taken for: brackets, behind a space in a block of YAML."""
    owner = document.root.at(path[:-1])
    return "[]" if owner is None or owner.flow else " []"


def origin_of(container: RawContainer) -> Origin:
    """Return what a sidecar says of the file before; nothing where it says nothing."""
    labels = container.get("dockerLabels")
    text = labels.get(LABEL) if isinstance(labels, Mapping) else None
    found = json_or_none(text) if isinstance(text, str) else {}
    return found if isinstance(found, Mapping) else {}


def with_origin(
    document: Document, additions: Sequence[Addition], sidecar: RawContainer | None
) -> Sequence[Addition]:
    """Return the additions with a sidecar that holds what cannot be read afterward."""
    untold = [*_untold(document, additions), *_replaced(document, additions)]
    # By name, so that the order of containers decides nothing.
    origin = dict(sorted(untold, key=lambda one: one[0]))
    if not origin or sidecar is None:
        return additions
    label = json.dumps(origin, separators=(",", ":"), ensure_ascii=False)
    labels = sidecar.get("dockerLabels") or {}
    labeled = {**sidecar, "dockerLabels": {**labels, LABEL: label}}
    return [
        replace(one, items=(labeled,))
        if one.items == (sidecar,)
        else replace(one, container=labeled)
        if one.container == sidecar
        else one
        for one in additions
    ]


def _replaced(document: Document, additions: Sequence[Addition]) -> Iterator[tuple[str, str | int]]:
    """Yield the container that goes, and how much of the apps led to it already."""
    gone = next((one.path for one in additions if one.container is not None), None)
    node = None if gone is None else document.root.at(gone)
    if gone is None or node is None:
        return
    yield REPLACED, document.text[node.start : node.end]
    containers = document.root.at(gone[:-1])
    for app in () if containers is None else containers.items:
        for key in ADDED_KEYS:
            found = app.at((key,))
            if app is not node and found is not None and found.items:
                yield place_of(app.plain, key), len(found.items)


def _untold(document: Document, additions: Sequence[Addition]) -> Iterator[tuple[str, str | int]]:
    for one in additions:
        node = document.root.at(one.path)
        if one.value is not None and node is not None:
            place = _place_of_value(document, one.path)
            yield place, document.text[node.start : node.end]
            yield f"{place}{RAISED}", str(one.value)
    for path in _lists_added_to(additions):
        node, owner = document.root.at(path), document.root.at(path[:-1])
        key = path[-1] if path else CONTAINERS
        if node is None or owner is None or key not in ADDED_KEYS:
            continue
        place = place_of(owner.plain, str(key))
        if node.items:
            if _may_be_added(node.items[-1].plain):
                yield place, len(node.items)
            continue
        start = node.start if owner.flow else gap_before(document.text, node.start)
        text = document.text[start : node.end]
        keys = [entry.key for entry in owner.entries]
        last = all(one in ADDED_KEYS for one in keys[keys.index(str(key)) :])
        if last or text != usual_empty(document, path):
            yield place, text


def _place_of_value(document: Document, path: Path) -> str:
    if len(path) == 1:
        return f"/{path[-1]}"
    pair, container = document.root.at(path[:-1]), document.root.at(path[:-3])
    if pair is None or container is None:
        raise LookupError(path)
    return place_of_variable(container.plain, pair.plain["name"])


def _lists_added_to(additions: Sequence[Addition]) -> Iterator[Path]:
    for addition in additions:
        if addition.value is not None or addition.container is not None:
            continue
        if addition.entries is None:
            yield addition.path
            continue
        for key in addition.entries:
            yield (*addition.path, key)


def _may_be_added(entry: object) -> bool:
    """Return whether an entry of the user's could be one of the variables that are added."""
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return isinstance(name, str) and name.startswith(("AWS_XRAY_", "OTEL_"))
