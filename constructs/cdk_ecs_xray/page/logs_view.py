"""What the view of log lines shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.failures import NO_ANSWER, failure_of
from cdk_ecs_xray.page.logs import ShownLine, shown
from cdk_ecs_xray.page.query import RANGES, Query

LEVELS = ("ERROR", "WARN", "INFO", "DEBUG")
_MOST = 500


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
        "lines": kept[:_MOST],
        "total": len(kept),
        "level": level,
        "service": service,
        "levels": LEVELS,
        "services": sorted({line.group for line in every}),
    }
