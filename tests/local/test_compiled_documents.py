"""Subsegments that were sent on their own, in the documents that BatchGetTraces gives back."""

from __future__ import annotations

import json
from typing import Any

from cdk_ecs_xray.local.xray import XRayStore
from tests.local.traces import NOW, put, segment, subsegment, trace_id


def test_subsegments_that_came_on_their_own_are_compiled_into_their_parents(
    xray: XRayStore,
) -> None:
    def late(number: int, parent: int, **members: Any) -> dict[str, Any]:
        told = {"type": "subsegment", "parent_id": f"{parent:016x}", "name": f"part {number}"}
        return segment(number, **told, **members)

    running = {**subsegment(2, name="part 2", in_progress=True)}
    put(xray, late(3, 2), segment(subsegments=[running]), late(2, 1), late(9, 8))
    (trace,) = xray.traces.batch({"TraceIds": [trace_id()]})["Traces"]
    documents = {s["Id"]: json.loads(s["Document"]) for s in trace["Segments"]}
    assert set(documents) == {f"{1:016x}", f"{9:016x}"}
    (second,) = documents[f"{1:016x}"]["subsegments"]
    assert second == {
        "id": f"{2:016x}",
        "name": "part 2",
        "start_time": NOW,
        "end_time": NOW + 0.25,
        "subsegments": [
            {"id": f"{3:016x}", "name": "part 3", "start_time": NOW, "end_time": NOW + 0.25}
        ],
    }
    assert documents[f"{9:016x}"]["parent_id"] == f"{8:016x}"


def test_subsegments_that_name_each_other_stay_on_their_own(xray: XRayStore) -> None:
    for number, parent in ((1, 2), (2, 1)):
        put(xray, segment(number, type="subsegment", parent_id=f"{parent:016x}"))
    (trace,) = xray.traces.batch({"TraceIds": [trace_id()]})["Traces"]
    assert len(trace["Segments"]) == 2
