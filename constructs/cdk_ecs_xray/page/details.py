"""What is shown of one part of a trace, in sections; each is there only if it has something."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.local.xray.outcome import block, http_status
from cdk_ecs_xray.local.xray.trace import Entity, Trace
from cdk_ecs_xray.page.causes import exception_name, exceptions_of, note_of
from cdk_ecs_xray.page.query import quoted
from cdk_ecs_xray.page.reading import kind_of
from cdk_ecs_xray.page.words import clock, offset, percent, took

# Longer than this and the page has "cut" in place of the rest.
MOST_TEXT = 65_536
_FOLDED_METADATA = 2048
_LIBRARY = re.compile(r"(?:^|/)(?:site-packages|dist-packages|node_modules|lib/python[\d.]+)/")
_PASSWORD = re.compile(r"(//[^/:@\s]*):[^@/\s]*@")
_OF_AWS = {
    "operation": "Operation",
    "table_name": "Table",
    "queue_url": "Queue",
    "topic_arn": "Topic",
    "bucket_name": "Bucket",
    "region": "Region",
    "retries": "Retries",
    "request_id": "Request id",
    "account_id": "Account",
}
Pair = tuple[str, str, str]  # Title, text, and the filter that finds it; empty without one.
_LONGEST_TERM = 500


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One frame of a stack; of a library it is folded."""

    place: str
    label: str
    is_library: bool


@dataclass(frozen=True, kw_only=True)
class Thrown:
    """One exception."""

    name: str
    message: str
    remark: str
    frames: Sequence[Frame]
    cut: str


@dataclass(frozen=True, kw_only=True)
class Details:
    """A part's sections.

    :param cause_at: another part that has the exception.
    """

    id: str
    name: str
    note: str
    kind: str
    status: int | None
    thrown: Sequence[Thrown]
    cause_at: str
    sections: Sequence[tuple[str, Sequence[Pair]]]
    annotations: Sequence[tuple[str, str, str]]
    metadata: str
    metadata_folded: bool
    raw: str


def details_of(trace: Trace, part: Entity) -> Details:
    """Return the details of a part."""
    document = part.document
    cause = document.get("cause")
    metadata = _json(document["metadata"]) if document.get("metadata") else ""
    sections = [
        ("SQL", _sql(block(document, "sql"))),
        ("HTTP", _http(trace, part)),
        ("AWS", _aws(part)),
        ("Time", _time(trace, part)),
        ("Service", _service(part)),
    ]
    return Details(
        id=part.id,
        name=str(document["name"]),
        note=note_of(part),
        kind=kind_of(part),
        status=http_status(document),
        thrown=[_thrown(one) for one in exceptions_of(part)],
        cause_at=cause if isinstance(cause, str) and cause in trace.entities else "",
        sections=[(title, pairs) for title, pairs in sections if pairs],
        annotations=[_annotation(*one) for one in block(document, "annotations").items()],
        metadata=metadata,
        metadata_folded=len(metadata) > _FOLDED_METADATA,
        raw=_PASSWORD.sub(
            r"\1:…@", _json({k: v for k, v in document.items() if k != "subsegments"})
        ),
    )


def _annotation(key: str, value: object) -> tuple[str, str, str]:
    """Return key, value and the filter that finds it; empty where X-Ray indexes none."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    is_indexed = isinstance(value, str | int | float) and re.fullmatch(r"[\w.]+", key)
    written = json.dumps(value, ensure_ascii=False) if is_indexed else ""
    return key, cut(text), f"annotation.{key} = {written}" if is_indexed else ""


def _thrown(exception: Mapping[str, Any]) -> Thrown:
    stack = exception.get("stack")
    frames = [_frame(one) for one in stack if isinstance(one, dict)] if stack else []
    remote = "raised by the service that was called" if exception.get("remote") is True else ""
    left = [
        f"{exception[member]} frames {word}"
        for member, word in (("truncated", "truncated"), ("skipped", "skipped"))
        if isinstance(exception.get(member), int) and exception[member]
    ]
    return Thrown(
        name=exception_name(exception) or "exception",
        message=cut(str(exception.get("message") or "")),
        remark=remote,
        frames=frames,
        cut=", ".join(left),
    )


def _frame(frame: Mapping[str, Any]) -> Frame:
    path = str(frame.get("path") or "")
    short = "/".join(path.split("/")[-2:])
    line = frame.get("line")
    return Frame(
        place=f"{short}:{line}" if line is not None else short,
        label=str(frame.get("label") or ""),
        is_library=bool(_LIBRARY.search(path)),
    )


def _sql(sql: Mapping[str, Any]) -> Sequence[Pair]:
    found = [
        ("Statement", sql.get("sanitized_query")),
        ("Database", sql.get("database_type")),
        ("Version", sql.get("database_version")),
        ("Preparation", sql.get("preparation")),
        ("Address", _PASSWORD.sub(r"\1:…@", str(sql.get("url") or ""))),
        ("User", sql.get("user")),
    ]
    return _written(found)


def _http(trace: Trace, part: Entity) -> Sequence[Pair]:
    http = block(part.document, "http")
    request, response = block(http, "request"), block(http, "response")
    size = response.get("content_length")
    status = str(response.get("status") or "")
    answer = " · ".join(filter(None, (status, f"{size:,} bytes" if isinstance(size, int) else "")))
    found = [
        ("Method", request.get("method")),
        ("URL", request.get("url")),
        ("Client", request.get("client_ip")),
        ("User agent", request.get("user_agent")),
        ("Response", answer),
    ]
    if trace.root is None or trace.root.id != part.id:
        # X-Ray's keywords for HTTP are those of the request that a trace began with.
        return _written(found)
    terms = {
        title: _term(keyword, request.get(member))
        for title, keyword, member in (
            ("Method", "http.method", "method"),
            ("URL", "http.url", "url"),
            ("Client", "http.clientip", "client_ip"),
            ("User agent", "http.useragent", "user_agent"),
        )
    }
    if status.isdecimal():
        terms["Response"] = f"http.status = {status}"
    return _written(found, terms)


def _term(keyword: str, value: object) -> str:
    """Return the filter for a text; empty for what is none, or too long for an expression."""
    if not isinstance(value, str) or not value or len(value) > _LONGEST_TERM:
        return ""
    return f"{keyword} = {quoted(value)}"


def _aws(part: Entity) -> Sequence[Pair]:
    aws = block(part.document, "aws")
    table = aws.get("table_name")
    terms = {"Table": f"service({quoted(table)})"} if isinstance(table, str) else {}
    return _written([(title, aws.get(member)) for member, title in _OF_AWS.items()], terms)


def _time(trace: Trace, part: Entity) -> Sequence[Pair]:
    start = part.start - trace.start
    whole = trace.duration or 0
    share = f" · {percent(part.duration / whole)} of the trace" if part.duration and whole else ""
    below = [one for one in trace.entities.values() if one.parent_id == part.id]
    own = None if part.duration is None else part.duration - _covered(part, below)
    return _written(
        [
            ("Started", f"{offset(start)} · {clock(part.start)}"),
            ("Took", f"{took(part.duration)}{share}"),
            ("Own time", took(max(own, 0.0)) if below and own is not None else None),
            ("Of its name", _among(trace, part)),
        ]
    )


def _among(trace: Trace, part: Entity) -> str:
    """Return a part's place among those of its name, the longest first; empty for a single one."""
    name = part.document["name"]
    alike = [
        one.duration
        for one in trace.entities.values()
        if one.duration is not None and one.document["name"] == name
    ]
    if part.duration is None or len(alike) == 1:
        return ""
    place = sum(one > part.duration for one in alike) + 1
    return f"longest of {len(alike)}" if place == 1 else f"{place} of {len(alike)} by length"


def _covered(part: Entity, below: Sequence[Entity]) -> float:
    """Return the seconds of a part in which something under it ran."""
    covered, reached = 0.0, part.start
    for one in sorted(below, key=lambda entity: entity.start):
        end = min(one.end or one.start, part.end or one.start)
        covered += max(0.0, end - max(reached, one.start))
        reached = max(reached, end)
    return covered


def _service(part: Entity) -> Sequence[Pair]:
    if not part.is_segment:
        return []
    aws, service = block(part.document, "aws"), block(part.document, "service")
    ecs, xray = block(aws, "ecs"), block(aws, "xray")
    return _written(
        [
            ("Origin", part.document.get("origin")),
            ("Task", ecs.get("task_arn")),
            ("Container", ecs.get("container") or ecs.get("container_id")),
            ("Runtime", f"{service.get('runtime', '')} {service.get('runtime_version', '')}"),
            ("SDK", f"{xray.get('sdk', '')} {xray.get('sdk_version', '')}"),
            ("Sampling rule", xray.get("sampling_rule_name") or xray.get("rule_name")),
            ("User", part.document.get("user")),
        ],
        {"User": _term("user", part.document.get("user"))},
    )


def _written(
    pairs: Sequence[tuple[str, object]], terms: Mapping[str, str] | None = None
) -> Sequence[Pair]:
    texts = [(title, "" if value is None else cut(str(value)).strip()) for title, value in pairs]
    return [(title, text, (terms or {}).get(title, "")) for title, text in texts if text]


def _json(value: object) -> str:
    return cut(json.dumps(value, indent=1, ensure_ascii=False))


def cut(text: str) -> str:
    """Return a text that is not too long for a page."""
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]} … cut, see the JSON"
