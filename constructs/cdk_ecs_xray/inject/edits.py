"""Adds to a text, and takes from it, without touching what is around. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.inject.document import Document
from cdk_ecs_xray.inject.layout import Layout
from cdk_ecs_xray.inject.tree import Entry, Node

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Addition:
    """What to add to the collection at a path: keys to a mapping, or items to a list.

    Or the value that takes the place of the scalar there, or of the container.

    :param entries: for a mapping, which has none of these keys or has them without a value.
    :param items: for a list.
    :param container: takes the place of another one.
    """

    path: Path
    entries: Mapping[str, Any] | None = None
    items: Sequence[Any] = ()
    value: str | int | None = None
    container: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A piece of a text and what takes its place."""

    start: int
    end: int
    text: str


def add(document: Document, additions: Sequence[Addition]) -> str:
    """Return the text with all additions, deeper ones first where two meet."""
    layout = Layout.of(document)
    edits: list[Edit] = []
    for addition in sorted(additions, key=lambda one: -len(one.path)):
        node = document.root.at(addition.path)
        if node is None:
            raise LookupError(addition.path)
        if addition.value is not None:
            edits.append(_replaced(document, node, addition.value))
        elif addition.container is not None:
            text = layout.in_place_of(addition.container, node)
            edits.append(Edit(start=node.start, end=node.end, text=text))
        elif addition.entries is None:
            edits += _append(layout, node, addition.items, _entry_at(document.root, addition.path))
        else:
            edits += _set(layout, node, addition.entries)
    return applied(document.text, edits)


def with_additions(content: Any, additions: Sequence[Addition]) -> Any:
    """Return a file's content with all additions, as a copy of its own."""
    result = deepcopy(content)
    for addition in additions:
        owner, target = result, result
        for step in addition.path:
            owner, target = target, target[step]
        if addition.value is not None:
            owner[addition.path[-1]] = addition.value
            continue
        if addition.container is not None:
            owner[addition.path[-1]] = deepcopy(dict(addition.container))
            continue
        if addition.entries is None:
            target.extend(deepcopy(list(addition.items)))
        else:
            target.update(deepcopy(dict(addition.entries)))
    return result


def remove(document: Document, keys: frozenset[str]) -> str:
    """Return the text of a mapping without some of its top keys."""
    entries = document.root.entries
    text = document.text
    if not document.root.flow:
        edits = [
            Edit(
                start=text.rfind("\n", 0, entry.start) + 1,
                end=line_end(text, entry.node.end) + 1,
                text="",
            )
            for entry in entries
            if entry.key in keys
        ]
        return applied(text, edits)
    kept = [position for position, entry in enumerate(entries) if entry.key not in keys]
    edits = []
    for position, entry in enumerate(entries):
        if entry.key not in keys:
            continue
        if position < max(kept, default=-1):
            edits.append(Edit(start=entry.start, end=entries[position + 1].start, text=""))
        else:
            # Behind the last one that stays the comma goes with what it announced.
            start = entries[position - 1].node.end if position > 0 else entry.start
            edits.append(Edit(start=start, end=entry.node.end, text=""))
    return applied(text, edits)


def lifted(document: Document, node: Node) -> str:
    """Return one value of a document as a text of its own, moved to the left margin."""
    text = document.text
    line_start = text.rfind("\n", 0, node.start) + 1
    ending = "\n" if text.endswith("\n") else ""
    line = text[line_start : node.start]
    indent = line[: len(line) - len(line.lstrip())]
    first, *rest = text[node.start : node.end].split("\n")
    return "\n".join([first, *(line.removeprefix(indent) for line in rest)]) + ending


def _set(layout: Layout, node: Node, entries: Mapping[str, Any]) -> list[Edit]:
    empty = {entry.key: entry for entry in node.entries if entry.key in entries}
    edits = [
        edit
        for key, found in empty.items()
        for edit in _fill(layout, found.node, entries[key], None if node.flow else found)
    ]
    new = {key: value for key, value in entries.items() if key not in empty}
    if not new:
        return edits
    if not node.entries:
        return [*edits, Edit(start=node.start, end=node.end, text=layout.filled(new, node))]
    if node.flow:
        return [*edits, _behind(node.entries[-1].node.end, layout.flow_entries(new, node))]
    end = line_end(layout.text, node.end)
    return [*edits, _behind(end, layout.block_entries(new, node))]


def _append(
    layout: Layout, node: Node, items: Sequence[Any], entry: Entry | None
) -> Sequence[Edit]:
    if not node.items:
        return _fill(layout, node, list(items), entry)
    if node.flow:
        return [_behind(node.items[-1].end, layout.flow_items(items, node))]
    end = _end_with_comments(layout.text, line_end(layout.text, node.end), node)
    return [_behind(end, layout.block_items(items, node))]


def _fill(layout: Layout, node: Node, value: Any, entry: Entry | None) -> Sequence[Edit]:
    """Give a value to what is empty: in brackets, or below its key in a block of YAML.

    :param entry: whose value it is, in a block; None within brackets.
    """
    if entry is None:
        return [Edit(start=node.start, end=node.end, text=layout.filled(value, node))]
    start = gap_before(layout.text, node.start)
    return [
        Edit(start=start, end=node.end, text=""),
        _behind(line_end(layout.text, node.end), layout.below(value, entry.start)),
    ]


def _replaced(document: Document, node: Node, value: str | int) -> Edit:
    """Write a value in place of another, with the quotes that are there.

    What goes around a text leaves the text itself as it is written, escapes included.
    """
    written = document.text[node.start : node.end]
    quote = written[0] if written[:1] in ("'", '"') else ""
    if isinstance(node.value, str) and node.value:
        before, found, after = str(value).partition(node.value)
        held = written[len(quote) : len(written) - len(quote)]
        value = f"{before}{held}{after}" if found else value
    return Edit(start=node.start, end=node.end, text=f"{quote}{value}{quote}")


def gap_before(text: str, position: int) -> int:
    """Return where the spaces before a position begin."""
    return len(text[:position].rstrip(" "))


def _entry_at(root: Node, path: Path) -> Entry | None:
    """Return the entry of a block that a path ends in; None within brackets or a list."""
    owner = root.at(path[:-1]) if path else None
    if owner is None or owner.flow:
        return None
    return next((entry for entry in owner.entries if entry.key == path[-1]), None)


def _end_with_comments(text: str, end: int, node: Node) -> int:
    """Return the end of a list's last item with the comments below that belong to it."""
    column = node.start - (text.rfind("\n", 0, node.start) + 1)
    position = end
    for line in text[end:].splitlines(keepends=True)[1:]:
        bare = line.strip()
        position += len(line)
        if bare and not (bare.startswith("#") and len(line) - len(line.lstrip(" ")) > column):
            break
        if bare:
            end = position
    return end


def _behind(position: int, text: str) -> Edit:
    return Edit(start=position, end=position, text=text)


def line_end(text: str, position: int) -> int:
    """Return the end of a line, its comment included, before its line break."""
    found = text.find("\n", position)
    if found < 0:
        return len(text)
    return found - 1 if text[found - 1] == "\r" and found > position else found


def applied(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with all edits, which must not overlap."""
    parts = []
    position = 0
    # Stable: edits at one position stay in the order they were made in.
    for edit in sorted(edits, key=lambda one: one.start):
        parts += [text[position : edit.start], edit.text]
        position = max(position, edit.end)
    return "".join([*parts, text[position:]])
