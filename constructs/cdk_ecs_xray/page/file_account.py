"""Traces of a file, as the page shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.plain_data import json_or_none, read_json
from cdk_ecs_xray.files.text_file import displayed, read_text
from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.index import TraceIndex
from cdk_ecs_xray.page.reading import stored_segment

_FORMS = (
    "Write it with aws xray batch-get-traces --output json, or take a trace's JSON from the page."
)


def file_account(path: Path) -> Account:
    """Return what a file has: BatchGetTraces' answer, a trace's JSON from the page, or segments.

    :raises ConfigurationError: for a file that cannot be read, and for all segments that are none.
    """
    index = TraceIndex(account="")
    problems: list[Problem] = []
    name = displayed(path)
    content = read_json(read_text(path), where=name)
    for where, document in _documents(content, name):
        text = document if isinstance(document, str) else json.dumps(document)
        segment = stored_segment(text)
        if segment is not None and isinstance(segment.document.get("trace_id"), str):
            index.add(text)
        elif not _is_inferred(text):
            problems.append(
                Problem(
                    where=where,
                    what="a segment must have id, trace_id, name and start_time",
                    got=f"'{text[:60]}'",
                    fix=_FORMS,
                )
            )
    if problems:
        raise ConfigurationError(*problems)
    whole = index.span()
    if whole is None:
        raise ConfigurationError(Problem(where=name, what="traces not found", fix=_FORMS))
    return Account(label=(path.name, "a file"), is_real=False, traces=index, whole=whole)


def _documents(content: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Yield each document and its place; one that a trace holds has the trace's id."""
    if isinstance(content, list):
        for number, one in enumerate(content, start=1):
            yield from _documents(one, f"{where}, entry {number}")
    elif isinstance(content, dict) and isinstance(content.get("Traces"), list):
        yield from _documents(content["Traces"], where)
    elif isinstance(content, dict) and isinstance(_segments(content), list):
        trace_id = content.get("Id", content.get("id"))
        for number, one in enumerate(_segments(content) or (), start=1):
            document = one.get("Document") if isinstance(one, dict) and "Document" in one else one
            yield f"{where}, segment {number}", _with_id(document, trace_id)
    else:
        yield where, content


def _segments(content: Mapping[str, Any]) -> Sequence[Any] | None:
    found = content.get("Segments", content.get("segments"))
    return found if isinstance(found, list) else None


def _with_id(document: Any, trace_id: object) -> Any:
    if isinstance(document, str):
        parsed = json_or_none(document)
        return document if not isinstance(parsed, dict) else _with_id(parsed, trace_id)
    if isinstance(document, dict) and "trace_id" not in document:
        return {**document, "trace_id": trace_id}
    return document


def _is_inferred(text: str) -> bool:
    """Whether it is one of those that X-Ray adds for services without segments."""
    document = json_or_none(text)
    return isinstance(document, dict) and document.get("inferred") is True
