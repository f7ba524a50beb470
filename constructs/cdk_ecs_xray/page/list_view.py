"""What the list of traces shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.causes import cause_for_list
from cdk_ecs_xray.page.charts import over_time, percentiles, ranks, response_times, strip
from cdk_ecs_xray.page.failures import NO_ANSWER, Failure, failure_of
from cdk_ecs_xray.page.filters import Unread, terms, unread
from cdk_ecs_xray.page.model import Found, Span, TraceRow
from cdk_ecs_xray.page.query import RANGES, Query, both
from cdk_ecs_xray.page.reading import trace_of
from cdk_ecs_xray.page.words import took

ROWS = 100
_LONGEST = "6h"
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
    read = read_list(account, query, now)
    rows = [row for row in read.found.rows if _in_band(row, query)]
    first, shown = _page_of(rows, query.cursor)
    longest = max([query.axes[2], *(row.seconds or 0 for row in read.behind.rows)])
    return {
        "query": query,
        "ranges": RANGES,
        "groups": read.groups,
        "problem": read.problem,
        "failure": read.failure,
        "has_traffic": bool(read.behind.rows),
        "behind_total": len(read.behind.rows),
        "is_cut": read.found.is_cut,
        "growing": _growing(query, read),
        "read_to": read.read_to,
        "total": len(rows),
        "before_band": len(read.found.rows),
        "first": first,
        "shown": _with_causes(account, shown),
        "older": _older(query, rows, shown, now),
        "quick": _quick(read.found.rows, query),
        "charts": _charts(read.found.rows, read.behind.rows, query, read.span),
        "strip_at": lambda seconds: strip(seconds, longest),
        "back": _back(query),
        "span": read.span,
        "alone": [] if rows else _alone(account, query, read),
        "arrival": None if read.behind.rows or account.arrival is None else account.arrival(),
        "newest": None if read.behind.rows or read.is_growing else _newest(account, query, now),
    }


@dataclass(frozen=True, kw_only=True)
class ReadList:
    """What was read for a list.

    :param behind: all traces of the range, and of the group.
    :param found: those that the filter matches.
    """

    span: Span
    behind: Found
    found: Found
    groups: Mapping[str, str]
    problem: Unread | None
    failure: Failure | None

    @property
    def is_growing(self) -> bool:
        """Whether more of it is being read."""
        return self.found.is_growing or self.behind.is_growing

    @property
    def read_to(self) -> float | None:
        """The moment back to which all of it was read; None where all of the range was."""
        known = [one.read_to for one in (self.behind, self.found) if one.read_to is not None]
        return max(known, default=None)


def read_list(account: Account, query: Query, now: float) -> ReadList:
    """Read the traces of a query."""
    span = query.span(now)
    problem: Unread | None = unread(query.q)
    failure: Failure | None = None
    behind, found, groups = _NOTHING, _NOTHING, groups_of(account)
    try:
        behind = account.traces.find(span, query.of_group(groups))
        found = behind
        if query.q and problem is None:
            found = account.traces.find(span, both(query.of_group(groups), query.q))
    except NO_ANSWER as error:
        failure = failure_of(error, _SEARCH)
        if failure.is_expression:
            # What only X-Ray knows, such as a keyword that the emulator's lacks.
            problem = Unread(before=query.q, at="", behind="", column=None, text=failure.text)
            failure = None
    ended = found.failure or behind.failure
    if ended is not None:
        failure = failure_of(ended, _SEARCH)
    return ReadList(
        span=span, behind=behind, found=found, groups=groups, problem=problem, failure=failure
    )


def groups_of(account: Account) -> Mapping[str, str]:
    """Return the groups; none where they may not be read, as all else works without them."""
    try:
        return account.traces.groups()
    except NO_ANSWER:
        return {}


def _growing(query: Query, read: ReadList) -> Mapping[str, Any] | None:
    """Return how far a search has come, and the address that stops there."""
    if not read.is_growing:
        return None
    back_to = read.span.end if read.read_to is None else read.read_to
    done = {"from_": f"{back_to:.3f}", "to": f"{read.span.end:.3f}"}
    return {
        "scanned": read.span.end - back_to,
        "of": read.span.seconds,
        "traces": len(read.found.rows),
        "pause": read.found.pause or read.behind.pause,
        "stop": query.link("/traces", cursor=None, **done) if back_to < read.span.end else None,
    }


def _alone(account: Account, query: Query, read: ReadList) -> Sequence[Mapping[str, Any]]:
    """Return what each condition finds alone, where all of them find nothing."""
    is_sure = read.problem is None and read.failure is None and not read.is_growing
    if not is_sure or not read.behind.rows:
        return []
    found = list(terms(query.q)) if query.q else []
    try:
        counts = [
            len(account.traces.find(read.span, both(query.of_group(read.groups), term)).rows)
            for term in found
        ]
    except NO_ANSWER:
        return []
    return [
        {
            "term": term,
            "count": count,
            "without": query.link(
                "/traces", q=" AND ".join(found[:place] + found[place + 1 :]), cursor=None
            ),
        }
        for place, (term, count) in enumerate(zip(found, counts, strict=True))
    ]


def _newest(account: Account, query: Query, now: float) -> Mapping[str, Any] | None:
    """Return how old the newest trace of the last six hours is, where the range has none."""
    if query.absolute is not None or query.range == _LONGEST:
        return None
    try:
        rows = account.traces.find(Span(start=now - RANGES[_LONGEST][1], end=now)).rows
    except NO_ANSWER:
        return None
    if not rows:
        return None
    half = 1800
    around = {"from_": f"{rows[0].start - half:.3f}", "to": f"{rows[0].start + half:.3f}"}
    return {"age": now - rows[0].start, "link": query.link("/traces", cursor=None, **around)}


def _back(query: Query) -> str:
    """Return what leads from a trace to this list again."""
    known = urlencode(query.parameters())
    return f"?{urlencode({'back': known})}" if known else ""


def _in_band(row: TraceRow, query: Query) -> bool:
    if query.rt is None:
        return True
    return row.seconds is not None and query.rt[0] <= row.seconds < query.rt[1]


def _page_of(rows: Sequence[TraceRow], cursor: str) -> tuple[int, Sequence[TraceRow]]:
    """Return the number of a page's first row, and its rows."""
    place = next((n + 1 for n, row in enumerate(rows) if row.id == cursor), 0) if cursor else 0
    return place + 1, rows[place : place + ROWS]


def _older(
    query: Query, rows: Sequence[TraceRow], shown: Sequence[TraceRow], now: float
) -> str | None:
    """Return the next page's address, which new traces do not shift."""
    if not shown or rows[-1] is shown[-1]:
        return None
    fixed = query.fixed(now)
    return query.link("/traces", from_=fixed["from"], to=fixed["to"], cursor=shown[-1].id)


def _with_causes(account: Account, rows: Sequence[TraceRow]) -> Sequence[TraceRow]:
    """Return the rows with their causes; X-Ray has few in its summaries."""
    if not account.is_real:
        return rows
    unknown = [row.id for row in rows if row.kind not in ("ok", "pending") and row.cause is None]
    try:
        documents = account.traces.documents(unknown) if unknown else {}
    except NO_ANSWER:
        # The list is worth having without them; the trace's own view says what is missing.
        return rows
    return [
        replace(row, cause=cause_for_list(trace_of(documents[row.id])))
        if row.id in documents
        else row
        for row in rows
    ]


def _quick(rows: Sequence[TraceRow], query: Query) -> Sequence[Mapping[str, Any]]:
    """Return the filters that are one click away, with what each finds."""
    counts = {kind: sum(row.kind == kind for row in rows) for kind, _ in _QUICK}
    found = [
        {
            "kind": kind,
            "count": counts[kind],
            "text": word.removesuffix("s") if counts[kind] == 1 else word,
            "link": query.link("/traces", q=query.narrowed(_KEYWORDS.get(kind, kind)), cursor=None),
        }
        for kind, word in _QUICK
        if counts[kind]
    ]
    slow = percentiles(rows).get("p95")
    if slow is not None and len(rows) >= 20:  # noqa: PLR2004 - below, p95 is the slowest trace
        over = sum((row.seconds or 0) >= slow for row in rows)
        link = query.link("/traces", q=query.narrowed(f"responsetime >= {slow:.4f}"), cursor=None)
        # Where many took equally long, none of them is slow.
        if over <= len(rows) / 10:
            found.append({"kind": "", "count": over, "text": f"over {took(slow)}", "link": link})
    return found


def _charts(
    rows: Sequence[TraceRow], behind: Sequence[TraceRow], query: Query, span: Span
) -> Mapping[str, Any] | None:
    if not behind:
        return None
    return {
        "requests": over_time(rows, behind, span, top=query.axes[0]),
        "times": response_times(rows, behind, query.rt, top=query.axes[1], longest=query.axes[2]),
        "percentiles": percentiles(rows),
        "ranks": ranks(rows, query.by),
    }
