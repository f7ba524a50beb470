"""What X-Ray checks of a segment document before it takes it.

Checks follow the developer guide's page on segment documents. The error codes are those seen in
the logs of daemons and collectors ("Invalid segment. ErrorCode: MissingId"); AWS publishes no list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from cdk_ecs_xray.local.xray.documents import Document

_ID = re.compile(r"[0-9a-fA-F]{16}")
_TRACE_ID = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")
# Letters, digits, whitespace and these, at most 200.
_NAME = re.compile(r"[\w\s_.:/%&#=+\\\-@]{1,200}")
# "A segment document can be up to 64 kB" (developer guide, segment documents).
LARGEST_DOCUMENT = 64 * 1024
# Larger numbers are no time; JSON has them, and infinity, all the same.
_FURTHEST = 1e12


class SegmentRefusedError(Exception):
    """A document X-Ray doesn't take; becomes an entry of UnprocessedTraceSegments.

    :param message: in place of the one that most codes have.
    """

    def __init__(self, code: str, *, document: object = None, message: str | None = None) -> None:
        self.code = code
        self.document = document if isinstance(document, dict) else {}
        self._message = message
        super().__init__(code)

    def entry(self) -> Document:
        """The UnprocessedTraceSegments entry; an Id only where the document has one."""
        kind = "subsegment" if self.document.get("type") == "subsegment" else "segment"
        message = self._message or f"Invalid {kind}. ErrorCode: {self.code}"
        entry = {"ErrorCode": self.code, "Message": message}
        identifier = self.document.get("id")
        return {"Id": identifier, **entry} if isinstance(identifier, str) else entry


def parse_segments(raw: object) -> Sequence[Document]:
    """The document, or the several of an array of subsegments, once all passed X-Ray's checks.

    :raises SegmentRefusedError: naming the first check that failed.
    """
    if isinstance(raw, str) and len(raw.encode(errors="replace")) > LARGEST_DOCUMENT:
        raise SegmentRefusedError(
            "InvalidSegment",
            message=f"A segment document must have at most {LARGEST_DOCUMENT} bytes.",
        )
    try:
        document = json.loads(raw) if isinstance(raw, str) else None
    except (ValueError, RecursionError):
        document = None
    if document is None:
        raise SegmentRefusedError("ParseError")
    listed = document if isinstance(document, list) and document else [document]
    for one in listed:
        if not isinstance(one, dict):
            raise SegmentRefusedError("MissingId")
        _check_identity(one)
        _check_times(one)
    return listed


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
    if not is_moment(start):
        raise SegmentRefusedError("InvalidStartTime", document=document)
    if end is None and document.get("in_progress") is not True:
        raise SegmentRefusedError("MissingEndTime", document=document)
    if end is not None and (not is_moment(end) or end < start):
        raise SegmentRefusedError("InvalidEndTime", document=document)


def is_moment(value: object) -> bool:
    """Whether a value can be epoch seconds."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and -_FURTHEST < float(str(value)) < _FURTHEST
