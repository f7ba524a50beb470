"""One trace read as a tree: its segments, their subsegments, and the services they stand for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.outcome import ResponseStatus, block, outcome_of
from cdk_ecs_xray.local.xray.segments import StoredSegment, StoredTrace


class ServiceNode(NamedTuple):
    """A node of the service graph."""

    name: str
    kind: str | None
    inferred: bool = False

    def identifier(self, account: str) -> Document:
        """Its ServiceId; a remote service belongs to no account X-Ray knows."""
        known: Document = {"Name": self.name, "Names": [self.name]}
        if self.kind != "remote":
            known["AccountId"] = account
        return known if self.kind is None else {**known, "Type": self.kind}


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A segment or subsegment, whether it came on its own or inside another."""

    id: str
    parent_id: str | None
    document: Mapping[str, Any]
    is_segment: bool

    @property
    def start(self) -> float:
        """When it began."""
        return float(self.document["start_time"])

    @property
    def end(self) -> float | None:
        """When it ended; None while in progress, and for a subsegment's that is no number."""
        end = self.document.get("end_time")
        is_number = isinstance(end, int | float) and not isinstance(end, bool)
        return float(end) if is_number and end is not None else None

    @property
    def duration(self) -> float | None:
        """Seconds it took; None while in progress."""
        return None if self.end is None else round(self.end - self.start, 6)

    @property
    def outcome(self) -> ResponseStatus:
        """How it ended."""
        return outcome_of(self.document)


class Call(NamedTuple):
    """One call between services, as its caller saw it."""

    caller: ServiceNode
    callee: ServiceNode
    seen_by: Entity


class Trace:
    """One stored trace, ready to be summarized and drawn."""

    def __init__(self, stored: StoredTrace) -> None:
        self.stored = stored
        self.id = stored.trace_id

    def alone(self, segment: Entity) -> Trace:
        """A trace of one of the segments only, with the subsegments that came on their own."""
        kept = {
            name: one
            for name, one in self.stored.segments.items()
            if name == segment.id
            or (name in self.entities and self.owner(self.entities[name]) is segment)
        }
        return Trace(replace(self.stored, segments=kept))

    def parts_of(self, name: str) -> Iterator[Trace]:
        """A trace of each segment of a service, those included that X-Ray infers for it."""
        for segment in self.segments:
            if segment.document["name"] == name:
                yield self.alone(segment)
        for inferred in self.inferred_segments():
            if inferred["name"] == name:
                kept = StoredSegment(raw="", document=inferred, received_at=self.received_at)
                yield Trace(replace(self.stored, segments={inferred["id"]: kept}))

    @cached_property
    def entities(self) -> Mapping[str, Entity]:
        """Every segment and subsegment by id."""
        found = {}
        for segment in self.stored.segments.values():
            for entity in _flattened(segment.document, parent_id=None):
                found[entity.id] = entity
        return found

    @cached_property
    def segments(self) -> Sequence[Entity]:
        """The segments proper, earliest first."""
        return sorted((e for e in self.entities.values() if e.is_segment), key=lambda e: e.start)

    @cached_property
    def root(self) -> Entity | None:
        """The segment that no other segment called; the earliest when there are several."""
        orphans = [segment for segment in self.segments if segment.parent_id not in self.entities]
        return next(
            (orphan for orphan in orphans if orphan.parent_id is None), next(iter(orphans), None)
        )

    @cached_property
    def start(self) -> float:
        """The start of the earliest segment or subsegment."""
        return min(e.start for e in self.entities.values())

    @property
    def end(self) -> float | None:
        """The end of the last that ended, or None when none has."""
        return max((e.end for e in self.entities.values() if e.end is not None), default=None)

    @property
    def duration(self) -> float | None:
        """Seconds between the two."""
        return None if self.end is None else round(self.end - self.start, 6)

    @property
    def in_progress(self) -> bool:
        """Whether a segment has started and not ended."""
        return any(e.end is None for e in self.entities.values())

    @property
    def received_at(self) -> float:
        """When its last segment came in."""
        return max(segment.received_at for segment in self.stored.segments.values())

    def owner(self, entity: Entity) -> Entity | None:
        """The segment an entity belongs to; None when that segment has not come in."""
        seen: set[str] = set()
        current: Entity | None = entity
        while current is not None and not current.is_segment and current.id not in seen:
            seen.add(current.id)
            current = self.entities.get(current.parent_id or "")
        return current if current is not None and current.is_segment else None

    @cached_property
    def calls(self) -> Sequence[Call]:
        """Every call to a traced service or to one that is only inferred."""
        callees: dict[str, list[Entity]] = {}
        for segment in self.segments:
            callees.setdefault(segment.parent_id or "", []).append(segment)
        calls = []
        for entity in self.entities.values():
            owner = self.owner(entity)
            if owner is None:
                continue
            targets = [service_of(segment) for segment in callees.get(entity.id, [])]
            inferred = inferred_service(entity)
            if not targets and inferred is not None:
                targets = [inferred]
            calls += [Call(service_of(owner), target, entity) for target in targets]
        return calls

    @property
    def services(self) -> Sequence[ServiceNode]:
        """Every service in the trace, in the order they appear."""
        found = dict.fromkeys(service_of(segment) for segment in self.segments)
        return list(found | dict.fromkeys(call.callee for call in self.calls))

    def inferred_segments(self) -> Iterator[Document]:
        """The segments X-Ray makes up for services that sent none."""
        for call in self.calls:
            if call.callee.inferred:
                yield _inferred_segment(self.id, call)


def service_of(segment: Entity) -> ServiceNode:
    """The service a segment speaks for."""
    origin = segment.document.get("origin")
    return ServiceNode(segment.document["name"], origin if isinstance(origin, str) else None)


def inferred_service(entity: Entity) -> ServiceNode | None:
    """The service a subsegment's namespace names, when it sends no segments itself."""
    namespace = None if entity.is_segment else entity.document.get("namespace")
    name = entity.document["name"]
    if namespace == "remote":
        is_database = bool(block(entity.document, "sql"))
        return ServiceNode(name, "Database::SQL" if is_database else "remote", inferred=True)
    if namespace != "aws":
        return None
    details = block(entity.document, "aws")
    if isinstance(table := details.get("table_name"), str):
        return ServiceNode(table, "AWS::DynamoDB::Table", inferred=True)
    if isinstance(queue := details.get("queue_url"), str):
        return ServiceNode(queue, "AWS::SQS::Queue", inferred=True)
    return ServiceNode(name, f"AWS::{name}", inferred=True)


def _flattened(document: Mapping[str, Any], *, parent_id: str | None) -> Iterator[Entity]:
    """The document and all within it; what is too malformed to place is left out."""
    identifier, start = document.get("id"), document.get("start_time")
    if not isinstance(identifier, str) or not isinstance(start, int | float):
        return
    if not isinstance(document.get("name"), str):
        return
    yield Entity(
        id=identifier,
        parent_id=parent_id or document.get("parent_id"),
        document=document,
        is_segment=parent_id is None and document.get("type") != "subsegment",
    )
    nested = document.get("subsegments")
    for child in nested if isinstance(nested, list) else []:
        if isinstance(child, dict):
            yield from _flattened(child, parent_id=identifier)


def _inferred_segment(trace_id: str, call: Call) -> Document:
    copied = ("start_time", "end_time", "http", "aws", "error", "fault", "throttle", "in_progress")
    unique = hashlib.sha256(f"{trace_id}/{call.seen_by.id}".encode()).hexdigest()
    return {
        "id": unique[:16],
        "trace_id": trace_id,
        "parent_id": call.seen_by.id,
        "name": call.callee.name,
        "origin": call.callee.kind,
        "inferred": True,
    } | {name: call.seen_by.document[name] for name in copied if name in call.seen_by.document}
