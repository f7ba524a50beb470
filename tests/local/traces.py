"""Segments to send to the local X-Ray, and what is read of it."""

from __future__ import annotations

import json
from typing import Any

from cdk_ecs_xray.local.xray import XRayStore

NOW = 1_800_000_000
SPAN = {"StartTime": NOW - 60, "EndTime": NOW + 60}
ACCOUNT = "123456789012"


def trace_id(number: int = 1, *, at: int = NOW) -> str:
    return f"1-{at:08x}-{number:024x}"


def segment(number: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "id": f"{number:016x}",
        "trace_id": trace_id(),
        "name": "signup",
        "start_time": NOW,
        "end_time": NOW + 0.25,
        **members,
    }


def subsegment(number: int, **members: Any) -> dict[str, Any]:
    whole = segment(number, end_time=NOW + 0.1, **members)
    return whole if "parent_id" in members else {k: v for k, v in whole.items() if k != "trace_id"}


def put(xray: XRayStore, *documents: dict[str, Any]) -> None:
    raw = [json.dumps(document) for document in documents]
    answer = xray.segments.put({"TraceSegmentDocuments": raw})
    assert answer == {"UnprocessedTraceSegments": []}


def summaries(xray: XRayStore, **members: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = xray.traces.summaries({**SPAN, **members})["TraceSummaries"]
    return found


def graph(xray: XRayStore, **members: Any) -> dict[tuple[str, str | None], dict[str, Any]]:
    services = xray.traces.service_graph({**SPAN, **members})["Services"]
    return {(s["Name"], s.get("Type")): s for s in services}


def edges(services: dict[tuple[str, str | None], dict[str, Any]]) -> set[tuple[Any, Any]]:
    by_number = {s["ReferenceId"]: name for name, s in services.items()}
    return {(name, by_number[e["ReferenceId"]]) for name, s in services.items() for e in s["Edges"]}


def service_id(name: str, **members: str) -> dict[str, Any]:
    return {"Name": name, "Names": [name], "AccountId": ACCOUNT, **members}
