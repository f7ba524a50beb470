"""What came in since a reader last asked: segments in their order, groups, how far data came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.store import XRayStore

MOST_SEGMENTS = 2000


def feed(store: XRayStore, request: Mapping[str, Any]) -> Document:
    """Return up to 2,000 segments after the ``number`` that are known of a ``generation``.

    With another generation than the store's all that a reader knows is void, and it starts anew.
    """
    segments = store.segments
    known = int(request.get("number") or 0)
    number = known if request.get("generation") == segments.generation else 0
    found = segments.after(number, most=MOST_SEGMENTS)
    groups = store.groups.listed()["Groups"]
    return {
        "generation": segments.generation,
        "number": number + len(found),
        "segments": [[segment.received_at, segment.raw] for segment in found],
        "is_last": len(found) < MOST_SEGMENTS,
        "cut": [trace.trace_id for trace in segments.traces() if trace.limit_exceeded],
        "arrival": {
            "asked": store.asked,
            "segments": segments.arrived,
            "refused": segments.refused,
            "refusal": segments.refusal,
        },
        "groups": {one["GroupName"]: one.get("FilterExpression", "") for one in groups},
    }
