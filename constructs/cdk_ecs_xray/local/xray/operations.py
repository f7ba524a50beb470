"""One line per operation: X-Ray's path, and what it does to the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.store import XRayStore

Request = Mapping[str, Any]
Operation = Callable[[XRayStore, Request], Document]


def _tag(store: XRayStore, request: Request) -> Document:
    store.tags.add(store.taggable(request.get("ResourceARN")), request.get("Tags"))
    return {}


def _untag(store: XRayStore, request: Request) -> Document:
    store.tags.remove(store.taggable(request.get("ResourceARN")), request.get("TagKeys"))
    return {}


def _delete_group(store: XRayStore, request: Request) -> Document:
    store.delete_group(request)
    return {}


OPERATIONS: Mapping[str, Operation] = {
    "/CreateSamplingRule": lambda s, r: {"SamplingRuleRecord": s.create_rule(r)},
    "/UpdateSamplingRule": lambda s, r: {
        "SamplingRuleRecord": s.rules.update(r.get("SamplingRuleUpdate") or {})
    },
    "/DeleteSamplingRule": lambda s, r: {"SamplingRuleRecord": s.delete_rule(r)},
    "/GetSamplingRules": lambda s, r: s.rules_for_sdk(r.get("NextToken")),
    "/SamplingTargets": lambda s, r: s.targets.report(r),
    "/SamplingStatisticSummaries": lambda s, r: s.targets.summaries(r.get("NextToken")),
    "/CreateGroup": lambda s, r: {"Group": s.create_group(r)},
    "/GetGroup": lambda s, r: {"Group": s.groups.get(r)},
    "/UpdateGroup": lambda s, r: {"Group": s.groups.update(r)},
    "/DeleteGroup": _delete_group,
    "/Groups": lambda s, r: s.groups.listed(r.get("NextToken")),
    "/TagResource": _tag,
    "/UntagResource": _untag,
    "/ListTagsForResource": lambda s, r: s.tags.listed(
        s.taggable(r.get("ResourceARN")), r.get("NextToken")
    ),
    "/TraceSegments": lambda s, r: s.segments.put(r),
    "/TelemetryRecords": lambda s, r: s.segments.put_telemetry(r),
    "/TraceSummaries": lambda s, r: s.traces.summaries(r),
    "/Traces": lambda s, r: s.traces.batch(r),
    "/ServiceGraph": lambda s, r: s.traces.service_graph(r),
    "/TraceGraph": lambda s, r: s.traces.trace_graph(r),
    "/GetTraceSegmentDestination": lambda s, _: s.search.destination(),
    "/UpdateTraceSegmentDestination": lambda s, r: s.search.send_to(r),
    "/GetIndexingRules": lambda s, _: s.search.rules(),
    "/UpdateIndexingRule": lambda s, r: s.search.update_rule(r),
    "/StartTraceRetrieval": lambda s, r: s.retrievals.start(r),
    "/CancelTraceRetrieval": lambda s, r: s.retrievals.cancel(r),
    "/ListRetrievedTraces": lambda s, r: s.retrievals.traces(r),
    "/GetRetrievedTracesGraph": lambda s, r: s.retrievals.graph(r),
}
