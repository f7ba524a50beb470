"""Segment documents as they arrive: what X-Ray checks, and where they are kept.

Checks follow the developer guide's page on segment documents. The error codes are those seen in
the daemon's logs ("Invalid segment. ErrorCode: MissingId"); AWS publishes no list of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError

_ID = re.compile(r"[0-9a-fA-F]{16}")
_TRACE_ID = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")
# Letters, digits, whitespace and these, at most 200.
_NAME = re.compile(r"[\w\s_.:/%&#=+\\\-@]{1,200}")


class SegmentRefusedError(Exception):
    """A document X-Ray doesn't take; becomes an entry of UnprocessedTraceSegments."""

    def __init__(self, code: str, *, document: object = None) -> None:
        self.code = code
        self.document = document if isinstance(document, dict) else {}
        super().__init__(code)

    def entry(self) -> Document:
        """The UnprocessedTraceSegments entry; an Id only where the document has one."""
        kind = "subsegment" if self.document.get("type") == "subsegment" else "segment"
        entry = {"ErrorCode": self.code, "Message": f"Invalid {kind}. ErrorCode: {self.code}"}
        identifier = self.document.get("id")
        return {"Id": identifier, **entry} if isinstance(identifier, str) else entry


@dataclass(frozen=True, kw_only=True)
class StoredSegment:
    """One segment, or one subsegment that was sent on its own."""

    raw: str
    document: Mapping[str, Any]
    received_at: float

    @property
    def in_progress(self) -> bool:
        """Whether only its start is known."""
        return self.document.get("end_time") is None


@dataclass(kw_only=True)
class StoredTrace:
    """The segments of one trace, by id."""

    trace_id: str
    segments: dict[str, StoredSegment] = field(default_factory=dict)
    revision: int = 0

    def add(self, segment: StoredSegment) -> None:
        """Keep it; a finished segment replaces its start and is never replaced by it."""
        identifier = segment.document["id"]
        known = self.segments.get(identifier)
        self.revision += 1
        if known is None or known.in_progress or not segment.in_progress:
            self.segments[identifier] = segment


class Segments:
    """Every trace of one account and region, and the daemons' telemetry."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._traces: dict[str, StoredTrace] = {}
        self.telemetry: list[Document] = []

    def put(self, request: Mapping[str, Any]) -> Document:
        """PutTraceSegments: takes what it can, names what it can't."""
        documents = request.get("TraceSegmentDocuments")
        if not isinstance(documents, list):
            raise InvalidRequestError(f"TraceSegmentDocuments must be a list, got {documents!r}")
        unprocessed = []
        for raw in documents:
            try:
                self._add(raw)
            except SegmentRefusedError as refusal:
                unprocessed.append(refusal.entry())
        return {"UnprocessedTraceSegments": unprocessed}

    def _add(self, raw: object) -> None:
        document = parse_segment(raw)
        trace_id = document["trace_id"]
        trace = self._traces.setdefault(trace_id, StoredTrace(trace_id=trace_id))
        trace.add(StoredSegment(raw=str(raw), document=document, received_at=self._clock()))

    def put_telemetry(self, request: Mapping[str, Any]) -> Document:
        """PutTelemetryRecords; kept so that a test can see what a daemon reported."""
        records = request.get("TelemetryRecords")
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise InvalidRequestError(
                f"TelemetryRecords must be a list of records, got {records!r}"
            )
        for record in records:
            if not _is_number(record.get("Timestamp")):
                raise InvalidRequestError(
                    f"Timestamp must be given, got {record.get('Timestamp')!r}"
                )
        self.telemetry.extend(records)
        return {}

    def trace(self, trace_id: str) -> StoredTrace | None:
        """One trace, or None."""
        return self._traces.get(trace_id)

    def traces(self) -> Iterable[StoredTrace]:
        """All of them."""
        return self._traces.values()


def parse_segment(raw: object) -> Document:
    """A document that passed X-Ray's checks.

    :raises SegmentRefusedError: naming the first check it failed.
    """
    try:
        document = json.loads(raw) if isinstance(raw, str) else None
    except ValueError:
        document = None
    if document is None:
        raise SegmentRefusedError("ParseError")
    if not isinstance(document, dict):
        raise SegmentRefusedError("MissingId")
    _check_identity(document)
    _check_times(document)
    return document


def _check_identity(document: Document) -> None:
    _check(document, "id", _ID, "Id")
    _check(document, "trace_id", _TRACE_ID, "TraceId")
    _check(document, "name", _NAME, "Name")
    if "parent_id" in document or document.get("type") == "subsegment":
        _check(document, "parent_id", _ID, "ParentId")


def _check(document: Document, member: str, form: re.Pattern[str], name: str) -> None:
    value = document.get(member)
    if value is None:
        raise SegmentRefusedError(f"Missing{name}", document=document)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise SegmentRefusedError(f"Invalid{name}", document=document)


def _check_times(document: Document) -> None:
    start, end = document.get("start_time"), document.get("end_time")
    if start is None:
        raise SegmentRefusedError("MissingStartTime", document=document)
    if not _is_number(start):
        raise SegmentRefusedError("InvalidStartTime", document=document)
    if end is None and document.get("in_progress") is not True:
        raise SegmentRefusedError("MissingEndTime", document=document)
    if end is not None and (not _is_number(end) or end < start):
        raise SegmentRefusedError("InvalidEndTime", document=document)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
