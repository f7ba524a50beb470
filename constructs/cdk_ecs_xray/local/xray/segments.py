"""Every trace of one account and region, and where each of its documents may be read.

With Transaction Search, documents go to a log group of spans, and X-Ray indexes a share of the
traces; without it, X-Ray has all of them. So a trace is found in either place, or in both.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError
from cdk_ecs_xray.local.xray.segment_documents import (
    SegmentRefusedError,
    is_moment,
    parse_segments,
)
from cdk_ecs_xray.local.xray.segment_spans import spans_of
from cdk_ecs_xray.local.xray.transaction_search import TransactionSearch

# "Exceeding maximum segment count: 50" is X-Ray's answer to more.
MOST_DOCUMENTS = 50
# Quotas: a trace of up to 500 KB when its segments come in batches, kept for 30 days. The lower
# limit for a trace that comes slowly changes as it goes, and is not imitated.
LARGEST_TRACE = 500 * 1000
RETENTION = 30 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class StoredSegment:
    """One segment, or one subsegment that was sent on its own.

    :param spans: how the log group of spans has it; empty for what is not in it.
    """

    raw: str
    document: Mapping[str, Any]
    received_at: float
    spans: Sequence[Mapping[str, Any]] = ()

    @property
    def in_progress(self) -> bool:
        """Whether only its start is known."""
        return self.document.get("end_time") is None


@dataclass(kw_only=True)
class StoredTrace:
    """The segments of one trace, by id.

    :param indexed: whether X-Ray itself finds it.
    :param limit_exceeded: whether documents were refused because it had become too large.
    """

    trace_id: str
    segments: dict[str, StoredSegment] = field(default_factory=dict)
    revision: int = 0
    indexed: bool = True
    limit_exceeded: bool = False

    def add(self, segment: StoredSegment) -> None:
        """Keep it; a finished segment replaces its start and is never replaced by it."""
        identifier = segment.document["id"]
        known = self.segments.get(identifier)
        self.revision += 1
        if known is None or known.in_progress or not segment.in_progress:
            self.segments[identifier] = segment

    @property
    def size(self) -> int:
        """Bytes of all its documents."""
        return sum(len(segment.raw) for segment in self.segments.values())


class Segments:
    """Every trace of one account and region, and the daemons' telemetry."""

    def __init__(self, *, clock: Callable[[], float], search: TransactionSearch) -> None:
        self._clock = clock
        self._search = search
        self._traces: dict[str, StoredTrace] = {}
        self._arrived: list[StoredSegment] = []
        # After a reset, numbers of segments begin again.
        self.generation = secrets.token_hex(8)
        self.telemetry: list[Document] = []
        self.refused = 0
        self.refusal = ""

    def put(self, request: Mapping[str, Any]) -> Document:
        """PutTraceSegments: takes what it can, names what it can't."""
        documents = request.get("TraceSegmentDocuments")
        if not isinstance(documents, list):
            raise InvalidRequestError(f"TraceSegmentDocuments must be a list, got {documents!r}")
        if len(documents) > MOST_DOCUMENTS:
            raise InvalidRequestError(f"Exceeding maximum segment count: {MOST_DOCUMENTS}")
        self._forget()
        unprocessed = []
        for raw in documents:
            try:
                self._take(raw)
            except SegmentRefusedError as refusal:
                unprocessed.append(refusal.entry())
                self.refused += 1
                self.refusal = unprocessed[-1]["Message"]
        return {"UnprocessedTraceSegments": unprocessed}

    def _take(self, raw: object) -> None:
        documents = parse_segments(raw)
        for document in documents:
            text = str(raw) if len(documents) == 1 else json.dumps(document)
            spans = self._search.kept(spans_of(document)) if self._search.is_on else ()
            self.add(text, document, spans=spans)

    def add(self, raw: str, document: Document, *, spans: Sequence[Mapping[str, Any]] = ()) -> None:
        """Keep a document that was checked.

        :param spans: those of it that the log group of spans has.
        :raises SegmentRefusedError: when the trace would become too large.
        """
        trace_id = document["trace_id"]
        trace = self._traces.get(trace_id) or StoredTrace(trace_id=trace_id, indexed=False)
        self._traces[trace_id] = trace
        if trace.size + len(raw) > LARGEST_TRACE:
            trace.limit_exceeded = True
            raise SegmentRefusedError(
                "InvalidSegment",
                document=document,
                message="Trace Size Exceeded. Reduce the number of segments per trace and the "
                "size of your segment documents.",
            )
        segment = StoredSegment(raw=raw, document=document, received_at=self._clock(), spans=spans)
        was_indexed, trace.indexed = (
            trace.indexed,
            trace.indexed or self._search.indexes(trace_id),
        )
        trace.add(segment)
        if trace.indexed:
            self._arrived += [segment] if was_indexed else trace.segments.values()

    @property
    def arrived(self) -> int:
        """How many segments X-Ray took of what it finds."""
        return len(self._arrived)

    def after(self, number: int, *, most: int) -> Sequence[StoredSegment]:
        """The segments of what X-Ray finds after the first *number*, as they came in."""
        return self._arrived[number : number + most]

    def put_telemetry(self, request: Mapping[str, Any]) -> Document:
        """PutTelemetryRecords; kept so that a test can see what a daemon reported."""
        records = request.get("TelemetryRecords")
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise InvalidRequestError(
                f"TelemetryRecords must be a list of records, got {records!r}"
            )
        for record in records:
            moment = record.get("Timestamp")
            if not is_moment(moment):
                raise InvalidRequestError(f"Timestamp must be given, got {moment!r}")
        self.telemetry.extend(records)
        return {}

    def trace(self, trace_id: str) -> StoredTrace | None:
        """One trace that X-Ray finds, or None."""
        found = self._traces.get(trace_id)
        return found if found is not None and found.indexed else None

    def traces(self) -> Iterable[StoredTrace]:
        """All that X-Ray finds."""
        return [trace for trace in self._traces.values() if trace.indexed]

    def logged(self, trace_id: str) -> StoredTrace | None:
        """What the log group of spans has of a trace, or None."""
        trace = self._traces.get(trace_id)
        if trace is None:
            return None
        kept = {name: one for name, one in trace.segments.items() if one.spans}
        return replace(trace, segments=kept) if kept else None

    def _forget(self) -> None:
        oldest = self._clock() - RETENTION
        for trace_id, trace in list(self._traces.items()):
            # They are in the order in which they began.
            if any(one.received_at >= oldest for one in trace.segments.values()):
                return
            del self._traces[trace_id]
