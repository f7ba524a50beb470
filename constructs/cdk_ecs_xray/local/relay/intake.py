"""What an X-Ray SDK sends over UDP: a header, a line's end, and a segment document."""

from __future__ import annotations

import json

# The daemon's receive buffer; what is longer is cut there.
LARGEST_DATAGRAM = 64 * 1024
_SEPARATOR = b"\n"
_SHOWN = 200


class NoSegmentError(ValueError):
    """A datagram that holds no segment; its text is the line the daemon prints."""


def segment_in(datagram: bytes) -> str:
    """Return the segment document of a datagram, which X-Ray judges, not the relay.

    :raises NoSegmentError: no header ``{"format": "json", "version": 1}``, or nothing behind it.
    """
    header, _, segment = datagram.partition(_SEPARATOR)
    if not segment:
        raise NoSegmentError(f"Missing header or segment: {_text(header)}")
    try:
        parsed = json.loads(header)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict) or (parsed.get("format"), parsed.get("version")) != ("json", 1):
        raise NoSegmentError(f"Invalid header: {_text(header)}")
    return segment.decode(errors="replace")


def _text(data: bytes) -> str:
    return data[:_SHOWN].decode(errors="replace")
