"""Documents as X-Ray gives them back: subsegments that came on their own, in their parents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.segments import StoredSegment, StoredTrace

# A subsegment says these of itself only as long as it is on its own.
_ALONE = ("type", "trace_id", "parent_id")


def compiled_documents(trace: StoredTrace) -> list[tuple[str, str]]:
    """The id and text of each document; a subsegment whose parent is missing has its own.

    A segment to which nothing is added keeps the text that was sent.
    """
    stored = sorted(trace.segments.values(), key=lambda s: float(s.document["start_time"]))
    late = [one for one in stored if one.document.get("type") == "subsegment"]
    if not late:
        return [(one.document["id"], one.raw) for one in stored]
    documents: dict[str, Document] = {one.document["id"]: json.loads(one.raw) for one in stored}
    placed = _place([one.document["id"] for one in late], documents)
    return [
        (identifier, _text(one, documents[identifier]))
        for one in stored
        if (identifier := one.document["id"]) not in placed
    ]


def _text(one: StoredSegment, document: Document) -> str:
    return one.raw if document == one.document else json.dumps(document)


def _place(late: Sequence[str], documents: Mapping[str, Document]) -> set[str]:
    """Put each subsegment into its parent; which of them found one."""
    parts, parents = _index(documents)
    placed = set()
    for identifier in late:
        document = documents[identifier]
        parent = str(document.get("parent_id"))
        if parent not in parts or identifier in _upwards(parent, parents):
            continue
        for name in _ALONE:
            document.pop(name, None)
        known = parts[parent].get("subsegments")
        others = known if isinstance(known, list) else []
        parts[parent]["subsegments"] = [o for o in others if not _has_id(o, identifier)]
        parts[parent]["subsegments"].append(document)
        placed.add(identifier)
    return placed


def _index(documents: Mapping[str, Document]) -> tuple[dict[str, Document], dict[str, str]]:
    """Every segment and subsegment by its id, and the id of each one's parent."""
    # A document of its own is newer than a copy within a parent, so it is there first.
    parts = dict(documents)
    parents = {name: str(one.get("parent_id")) for name, one in documents.items()}
    waiting = list(documents.values())
    while waiting:
        part = waiting.pop()
        nested = part.get("subsegments")
        for one in nested if isinstance(nested, list) else []:
            identifier = one.get("id") if isinstance(one, dict) else None
            if isinstance(identifier, str) and identifier not in parts:
                parts[identifier], parents[identifier] = one, str(part["id"])
                waiting.append(one)
    return parts, parents


def _upwards(identifier: str, parents: Mapping[str, str]) -> Iterator[str]:
    seen: set[str] = set()
    while identifier not in seen:
        seen.add(identifier)
        yield identifier
        identifier = parents.get(identifier, "")


def _has_id(part: Any, identifier: str) -> bool:
    return isinstance(part, dict) and part.get("id") == identifier
