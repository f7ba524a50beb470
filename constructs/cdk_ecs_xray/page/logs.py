"""Log lines as the page shows them: level, message, and the trace they name. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.failures import NO_ANSWER
from cdk_ecs_xray.page.model import LogLine, Span, TraceRow

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_LEVEL = re.compile(r"\b(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b")
_TRACE_ID = re.compile(r"\b1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}\b")
_MESSAGES = ("message", "msg", "event")
_LEVELS = ("level", "levelname", "severity")
_LONGEST = 4000
# Lines of one view; each takes up to a dozen elements.
MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """One line.

    :param kind: the outcome whose color its level has.
    :param pieces: of its text; a trace id is a piece of its own and has True.
    :param rest: the members of a JSON line beside level and message, written out; else empty.
    :param is_mine: names the trace that it is shown beside.
    """

    at: float
    offset: float
    group: str
    level: str
    kind: str
    pieces: Sequence[tuple[str, bool]]
    rest: str = ""
    members: int = 0
    is_mine: bool = False


def shown(line: LogLine, *, since: float, names: Collection[str] = ()) -> ShownLine:
    """Return a line as it is shown.

    :param since: where its offset begins.
    :param names: ids of the trace, as X-Ray and OpenTelemetry write it, and of its segments.
    """
    text = _ANSI.sub("", line.text).rstrip("\r\n")
    level, message, rest = _parts(text)
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
        rest=json.dumps(rest, indent=1, ensure_ascii=False)[:_LONGEST] if rest else "",
        members=len(rest),
        is_mine=any(name in text for name in names),
    )


def answers_in(
    account: Account, lines: Sequence[ShownLine], span: Span, *, beside: str = ""
) -> Mapping[str, TraceRow]:
    """Return the traces that lines name and that are here; a real account would be searched.

    :param beside: the trace whose response is shown already.
    """
    named = {text for line in lines for text, is_id in line.pieces if is_id and text != beside}
    if account.is_real or not named:
        return {}
    try:
        rows = account.traces.find(span).rows
    except NO_ANSWER:
        return {}
    return {row.id: row for row in rows if row.id in named}


def names_of(trace_id: str, parts: Collection[str]) -> Sequence[str]:
    """Return how a log line may name a trace."""
    return [trace_id, trace_id.removeprefix("1-").replace("-", ""), *parts]


def _parts(text: str) -> tuple[str, str, Mapping[str, Any]]:
    """Return level and message, and the other members of a line that is JSON."""
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            names = [next((one for one in of if one in found), "") for of in (_LEVELS, _MESSAGES)]
            level, message = (str(found.get(name, "")) for name in names)
            if message:
                return level, message, {n: v for n, v in found.items() if n not in names}
    level_found = _LEVEL.search(text)
    return (level_found[1] if level_found is not None else ""), text, {}


def _pieces(text: str) -> Sequence[tuple[str, bool]]:
    pieces, place = [], 0
    for found in _TRACE_ID.finditer(text):
        pieces += [(text[place : found.start()], False), (found[0], True)]
        place = found.end()
    return [(piece, is_id) for piece, is_id in [*pieces, (text[place:], False)] if piece]
