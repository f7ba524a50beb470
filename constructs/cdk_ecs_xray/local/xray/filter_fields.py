"""What filter expressions can ask of a trace, and how they compare it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from http import HTTPStatus

from cdk_ecs_xray.local.xray.outcome import ResponseStatus
from cdk_ecs_xray.local.xray.trace import Trace
from cdk_ecs_xray.local.xray.trace_summary import has, http_of, users_of

Predicate = Callable[[Trace], bool]


def _is_success(status: int | None) -> bool:
    return status is None or status // 100 == HTTPStatus.OK // 100


def _text(trace: Trace, member: str) -> list[str]:
    value = http_of(trace.root).get(member)
    return [value] if isinstance(value, str) else []


KEYWORDS: Mapping[str, Predicate] = {
    "ok": lambda t: (
        has(t.root, ResponseStatus.OK) and _is_success(http_of(t.root).get("HttpStatus"))
    ),
    "error": lambda t: has(t.root, ResponseStatus.ERROR, ResponseStatus.THROTTLE),
    "throttle": lambda t: any(e.outcome is ResponseStatus.THROTTLE for e in t.entities.values()),
    "fault": lambda t: has(t.root, ResponseStatus.FAULT),
    "partial": lambda t: t.in_progress,
}
NUMBERS: Mapping[str, Callable[[Trace], float | None]] = {
    "duration": lambda t: t.duration,
    "responsetime": lambda t: None if t.root is None else t.root.duration,
    "http.status": lambda t: http_of(t.root).get("HttpStatus"),
}
STRINGS: Mapping[str, Callable[[Trace], list[str]]] = {
    "http.url": lambda t: _text(t, "HttpURL"),
    "http.method": lambda t: _text(t, "HttpMethod"),
    "http.useragent": lambda t: _text(t, "UserAgent"),
    "http.clientip": lambda t: _text(t, "ClientIp"),
    "user": lambda t: [user for user, _ in users_of(t)],
}
ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
TEXTUAL: Mapping[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "CONTAINS": operator.contains,
    "BEGINSWITH": str.startswith,
    "ENDSWITH": str.endswith,
}
