"""Cuts entries and keys out of a text, the reverse of adding them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import yaml

from cdk_ecs_xray.inject.document import Document, fragment
from cdk_ecs_xray.inject.edits import Edit, Path, applied, line_end
from cdk_ecs_xray.inject.tree import Node


@dataclass(frozen=True, kw_only=True)
class Cut:
    """What to take out of the collection at a path: entries of a list, or keys of a mapping.

    :param items: positions; others stay in the list.
    :param keys: neighbors, behind one that stays.
    :param empty: what a list that loses all its entries is written as.
    :param scalar: the text of a value that takes the place of another.
    :param restored: likewise, of a whole container.
    """

    path: Path
    items: Sequence[int] = ()
    keys: Sequence[str] = ()
    empty: str | None = None
    scalar: str | None = None
    restored: str | None = None


def without(document: Document, cuts: Sequence[Cut]) -> tuple[str, Any]:
    """Return the text without what is cut, and the content that it has to have."""
    edits: list[Edit] = []
    content = deepcopy(document.root.plain)
    for cut in cuts:
        node = document.root.at(cut.path)
        if node is None:
            raise LookupError(cut.path)
        edits += _edits(document, node, cut)
    for cut in cuts:
        if cut.restored is None:
            _take(content, cut)
        else:
            owner: Any = content
            for step in cut.path[:-1]:
                owner = owner[step]
            owner[cut.path[-1]] = fragment(document, cut.path, cut.restored)
    return applied(document.text, edits), content


def _take(content: Any, cut: Cut) -> None:
    owner, target = None, content
    for step in cut.path:
        owner, target = target, target[step]
    for key in cut.keys:
        del target[key]
    for position in sorted(cut.items, reverse=True):
        del target[position]
    if cut.scalar is not None and owner is not None:
        owner[cut.path[-1]] = yaml.safe_load(cut.scalar)
    if cut.empty is not None and owner is not None:
        owner[cut.path[-1]] = [] if cut.empty.strip() not in ("", "~", "null") else None


def _edits(document: Document, node: Node, cut: Cut) -> Sequence[Edit]:
    text = document.text
    whole = cut.scalar if cut.restored is None else cut.restored
    if whole is not None:
        return [Edit(start=node.start, end=node.end, text=whole)]
    if cut.keys:
        positions = [at for at, entry in enumerate(node.entries) if entry.key in cut.keys]
        starts = [entry.start for entry in node.entries]
        ends = [entry.node.end for entry in node.entries]
        return [_span(text, starts, ends, run, flow=node.flow) for run in _runs(positions)]
    if cut.items:
        starts = [item.start for item in node.items]
        ends = [item.end for item in node.items]
        return [_span(text, starts, ends, run, flow=node.flow) for run in _runs(cut.items)]
    return _emptied(document, node, cut)


def _emptied(document: Document, node: Node, cut: Cut) -> Sequence[Edit]:
    text, empty = document.text, str(cut.empty)
    if node.flow:
        return [Edit(start=node.start, end=node.end, text=empty.lstrip(" "))]
    owner = document.root.at(cut.path[:-1])
    entry = next(one for one in owner.entries if one.key == cut.path[-1]) if owner else None
    if entry is None:
        raise LookupError(cut.path)
    colon = text.index(":", entry.start + len(entry.key)) + 1
    return [
        Edit(start=colon, end=colon, text=empty),
        Edit(start=line_end(text, colon), end=line_end(text, node.end), text=""),
    ]


def _runs(positions: Sequence[int]) -> Sequence[tuple[int, int]]:
    """Return neighbors together, as first and last."""
    runs: list[tuple[int, int]] = []
    for position in sorted(positions):
        if runs and runs[-1][1] == position - 1:
            runs[-1] = (runs[-1][0], position)
        else:
            runs.append((position, position))
    return runs


def _span(
    text: str, starts: Sequence[int], ends: Sequence[int], run: tuple[int, int], *, flow: bool
) -> Edit:
    first, last = run
    if not flow:
        start, end = text.rfind("\n", 0, starts[first]) + 1, line_end(text, ends[last])
        if start == 0:
            breaks = len(text[end:]) - len(text[end:].lstrip("\r\n"))
            return Edit(start=0, end=end + breaks, text="")
        # With the line break before, as the last line of a file may have none behind it.
        before = start - (2 if text[:start].endswith("\r\n") else 1)
        return Edit(start=before, end=end, text="")
    if first > 0:
        return Edit(start=ends[first - 1], end=ends[last], text="")
    if last + 1 < len(starts):
        return Edit(start=starts[first], end=starts[last + 1], text="")
    return Edit(start=starts[first], end=ends[last], text="")
