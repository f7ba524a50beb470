"""What the view of log lines shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.failures import NO_ANSWER, failure_of
from cdk_ecs_xray.page.logs import MOST_SHOWN, ShownLine, answers_in, shown
from cdk_ecs_xray.page.model import Span
from cdk_ecs_xray.page.query import RANGES, Query

LEVELS = ("ERROR", "WARN", "INFO", "DEBUG")


# A line can be written so long before or after its trace begins.
LINES_AFTER = 300.0


def logs_of(
    account: Account, query: Query, parameters: Mapping[str, str], now: float
) -> Mapping[str, Any]:
    """Return the values of the logs' template, the newest line first."""
    span = query.span(now)
    failure, every = None, list[ShownLine]()
    level, service = parameters.get("level", ""), parameters.get("service", "")
    try:
        lines = account.lines_of(span)
        every = [shown(line, since=span.start) for line in reversed(lines)]
    except NO_ANSWER as error:
        failure = failure_of(error, "logs:FilterLogEvents")
    kept = [
        line
        for line in every
        if (not level or line.level == level)
        and (not service or line.group == service)
        and query.q.lower() in "".join(text for text, _ in line.pieces).lower()
    ]
    return {
        "query": query,
        "ranges": RANGES,
        "failure": failure,
        "lines": kept[:MOST_SHOWN],
        "answers": answers_in(
            account,
            kept[:MOST_SHOWN],
            Span(start=span.start - LINES_AFTER, end=span.end + LINES_AFTER),
        ),
        "older": _older(query, kept, span),
        "total": len(kept),
        "level": level,
        "service": service,
        "levels": LEVELS,
        "services": sorted({line.group for line in every}),
    }


def _older(query: Query, kept: Sequence[ShownLine], span: Span) -> Mapping[str, str] | None:
    """Return the range of the lines that are left out; None without any."""
    if len(kept) <= MOST_SHOWN:
        return None
    last = kept[MOST_SHOWN - 1].at
    return query.parameters(from_=f"{span.start:.3f}", to=f"{last:.3f}")
