"""What the list of traces shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from botocore.exceptions import BotoCoreError, ClientError

from cdk_ecs_xray.page.account import Account, Span
from cdk_ecs_xray.page.causes import cause_of
from cdk_ecs_xray.page.charts import over_time, percentiles, ranks, response_times, strip
from cdk_ecs_xray.page.failures import Failure, failure_of
from cdk_ecs_xray.page.filters import Unread, unread
from cdk_ecs_xray.page.model import Cause, Documents, Found, TraceRow
from cdk_ecs_xray.page.query import RANGES, Query
from cdk_ecs_xray.page.reading import trace_of
from cdk_ecs_xray.page.words import took

ROWS = 100
_SEARCH = "xray:GetTraceSummaries"
_NOTHING = Found(rows=())
_QUICK = (
    ("error", "errors"),
    ("throttle", "throttled"),
    ("fault", "faults"),
    ("pending", "running"),
)
_KEYWORDS = {"pending": "partial"}


def traces_of(account: Account, query: Query, now: float) -> Mapping[str, Any]:
    """Return the values of the list's template."""
    span = query.span(now)
    problem: Unread | None = unread(query.q)
    failure: Failure | None = None
    behind, found = _NOTHING, _NOTHING
    try:
        behind = account.find(span)
        found = behind
        if query.q and problem is None:
            found = account.find(span, query.q)
    except (BotoCoreError, ClientError) as error:
        failure = failure_of(error, _SEARCH)
        if failure.is_expression:
            # What only X-Ray knows, such as a keyword that the emulator's lacks.
            problem = Unread(before=query.q, at="", behind="", column=None, text=failure.text)
            failure = None
    rows = [row for row in found.rows if _in_band(row, query)]
    shown = _page_of(rows, query.cursor)
    longest = max((row.seconds or 0 for row in behind.rows), default=0.0)
    return {
        "query": query,
        "ranges": RANGES,
        "problem": problem,
        "failure": failure,
        "has_traffic": bool(behind.rows),
        "is_cut": found.is_cut,
        "total": len(rows),
        "before_band": len(found.rows),
        "first": rows.index(shown[0]) + 1 if shown else 0,
        "shown": _with_causes(account, shown),
        "older": _older(query, rows, shown, now),
        "quick": _quick(found.rows, query),
        "charts": _charts(found.rows, behind.rows, query, span),
        "strip_at": lambda seconds: strip(seconds, longest),
        "back": _back(query),
        "span": span,
    }


def _back(query: Query) -> str:
    """Return what leads from a trace to this list again."""
    known = urlencode(query.parameters())
    return f"?{urlencode({'back': known})}" if known else ""


def _in_band(row: TraceRow, query: Query) -> bool:
    if query.rt is None:
        return True
    return row.seconds is not None and query.rt[0] <= row.seconds < query.rt[1]


def _page_of(rows: Sequence[TraceRow], cursor: str) -> Sequence[TraceRow]:
    place = next((n + 1 for n, row in enumerate(rows) if row.id == cursor), 0)
    return rows[place : place + ROWS]


def _older(
    query: Query, rows: Sequence[TraceRow], shown: Sequence[TraceRow], now: float
) -> str | None:
    """Return the next page's address, which new traces do not shift."""
    if not shown or rows[-1] is shown[-1]:
        return None
    fixed = query.fixed(now)
    return query.link("/traces", from_=fixed["from"], to=fixed["to"], cursor=shown[-1].id)


def _with_causes(account: Account, rows: Sequence[TraceRow]) -> Sequence[TraceRow]:
    """Return the rows with their causes; X-Ray has few in its summaries, the emulator's none."""
    unknown = [row.id for row in rows if row.kind not in ("ok", "pending") and row.cause is None]
    try:
        documents = account.documents(unknown) if unknown else {}
    except (BotoCoreError, ClientError):
        # The list is worth having without them; the trace's own view says what is missing.
        return rows
    return [
        replace(row, cause=_cause(documents[row.id])) if row.id in documents else row
        for row in rows
    ]


def _cause(documents: Documents) -> Cause | None:
    """Return the cause; a service's own answer is in the row already."""
    trace = trace_of(documents)
    found = cause_of(trace)
    says_nothing = (
        found is not None and not found.exception and trace.entities[found.part].is_segment
    )
    return None if says_nothing else found


def _quick(rows: Sequence[TraceRow], query: Query) -> Sequence[Mapping[str, Any]]:
    """Return the filters that are one click away, with what each finds."""
    counts = {kind: sum(row.kind == kind for row in rows) for kind, _ in _QUICK}
    found = [
        {
            "kind": kind,
            "count": counts[kind],
            "text": word,
            "link": query.link("/traces", q=query.narrowed(_KEYWORDS.get(kind, kind)), cursor=None),
        }
        for kind, word in _QUICK
        if counts[kind]
    ]
    slow = percentiles(rows).get("p95")
    if slow is not None and len(rows) >= 20:  # noqa: PLR2004 - below, p95 is the slowest trace
        over = sum((row.seconds or 0) >= slow for row in rows)
        link = query.link("/traces", q=query.narrowed(f"responsetime >= {slow:.4f}"), cursor=None)
        found.append({"kind": "", "count": over, "text": f"over {took(slow)}", "link": link})
    return found


def _charts(
    rows: Sequence[TraceRow], behind: Sequence[TraceRow], query: Query, span: Span
) -> Mapping[str, Any] | None:
    if not behind:
        return None
    return {
        "requests": over_time(rows, behind, span),
        "times": response_times(rows, behind, query.rt),
        "percentiles": percentiles(rows),
        "ranks": ranks(rows, query.by),
    }
