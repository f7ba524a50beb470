"""Log lines as the page shows them: level, message, and the trace they name. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.page.model import LogLine

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_LEVEL = re.compile(r"\b(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b")
_TRACE_ID = re.compile(r"\b1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}\b")
_MESSAGES = ("message", "msg", "event")
_LEVELS = ("level", "levelname", "severity")
_LONGEST = 4000


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """One line.

    :param kind: the outcome whose color its level has.
    :param pieces: of its text; a trace id is a piece of its own and has True.
    :param is_mine: names the trace that it is shown beside.
    """

    at: float
    offset: float
    group: str
    level: str
    kind: str
    pieces: Sequence[tuple[str, bool]]
    is_mine: bool = False


def shown(line: LogLine, *, since: float, names: Collection[str] = ()) -> ShownLine:
    """Return a line as it is shown.

    :param since: where its offset begins.
    :param names: ids of the trace, as X-Ray and OpenTelemetry write it, and of its segments.
    """
    text = _ANSI.sub("", line.text).rstrip("\r\n")
    level, message = _parts(text)
    word = level.upper()
    return ShownLine(
        at=line.at,
        offset=line.at - since,
        group=line.group.rstrip("/").rpartition("/")[2] or line.group,
        level=word[:5] if word.startswith("WARN") is False else "WARN",
        kind="fault"
        if word in ("ERROR", "CRITICAL", "FATAL")
        else "error"
        if word.startswith("WARN")
        else "pending",
        pieces=_pieces(message[:_LONGEST]),
        is_mine=any(name in text for name in names),
    )


def names_of(trace_id: str, parts: Collection[str]) -> Sequence[str]:
    """Return how a log line may name a trace."""
    return [trace_id, trace_id.removeprefix("1-").replace("-", ""), *parts]


def _parts(text: str) -> tuple[str, str]:
    """Return level and message; of a JSON line they are members."""
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            level = next((str(found[name]) for name in _LEVELS if name in found), "")
            message = next((str(found[name]) for name in _MESSAGES if name in found), "")
            if message:
                return level, message
    level_found = _LEVEL.search(text)
    return (level_found[1] if level_found is not None else ""), text


def _pieces(text: str) -> Sequence[tuple[str, bool]]:
    pieces, place = [], 0
    for found in _TRACE_ID.finditer(text):
        pieces += [(text[place : found.start()], False), (found[0], True)]
        place = found.end()
    return [(piece, is_id) for piece, is_id in [*pieces, (text[place:], False)] if piece]
