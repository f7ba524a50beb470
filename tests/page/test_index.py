"""What came in is read once, whatever is asked of it, and never without what came since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local.xray import XRayRefusalError
from cdk_ecs_xray.local.xray.feed import MOST_SEGMENTS, feed
from cdk_ecs_xray.page.index import TraceIndex
from cdk_ecs_xray.page.local_account import FollowedTraces
from cdk_ecs_xray.page.model import Span
from tests.page.store import following, put, signup, store_of, trace_id, traffic

NOW = 1_800_000_000.0
ALL = Span(start=0, end=NOW)


def index_of(*documents: Mapping[str, Any]) -> TraceIndex:
    index = TraceIndex(account="1")
    for document in documents:
        index.add(json.dumps(document))
    return index


def test_only_what_came_since_is_asked_for() -> None:
    store = store_of(traffic(20, NOW))
    asked: list[tuple[object, int]] = []

    def counted(known: Mapping[str, object]) -> Mapping[str, Any]:
        answer = feed(store, known)
        asked.append((known["number"], len(answer["segments"])))
        return answer

    traces = FollowedTraces(counted, account="1")
    assert len(traces.find(ALL).rows) == 20
    put(store, [signup(500, NOW - 1)])
    assert traces.find(ALL).rows[0].id == trace_id(500, NOW - 1)
    assert len(traces.find(ALL, "http.status = 409").rows) == 2
    assert asked == [(0, 20), (20, 1), (21, 0)]


def test_more_than_one_answer_holds_is_read_at_once() -> None:
    store = store_of([signup(n, NOW - 1 - n / 100) for n in range(MOST_SEGMENTS + 5)])
    assert len(following(store).find(ALL).rows) == MOST_SEGMENTS + 5


def test_what_was_forgotten_there_is_forgotten_here() -> None:
    stores = [store_of(traffic(5, NOW)), store_of([signup(900, NOW - 3)])]
    traces = FollowedTraces(lambda known: feed(stores[0], known), account="1")
    assert len(traces.find(ALL).rows) == 5
    stores.pop(0)
    assert [row.id for row in traces.find(ALL).rows] == [trace_id(900, NOW - 3)]


def test_an_embedded_aws_that_is_gone_is_said() -> None:
    with pytest.raises(LocalAwsError, match="AWS emulator: it must answer"):
        FollowedTraces(lambda _: None, account="1").find(ALL)


def test_a_trace_that_goes_on_changes_its_row_its_matches_and_its_map() -> None:
    running = {**signup(1, NOW - 9), "in_progress": True, "subsegments": []}
    del running["end_time"]
    index = index_of(running)
    (row,) = index.find(ALL).rows
    assert row.kind == "pending"
    assert index.find(ALL, "http.status = 409").rows == []

    index.add(json.dumps(signup(1, NOW - 9, status=409)))

    (row,) = index.find(ALL, "http.status = 409").rows
    assert row.kind == "error"
    assert row.cause is not None
    assert row.cause.exception == "ConditionalCheckFailedException"
    names = {service["Name"] for service in index.graph(ALL).services}
    assert names == {"signup", "signup-dev"}


def test_the_range_and_the_filter_narrow_the_map_too() -> None:
    index = index_of(*traffic(20, NOW))
    late = Span(start=NOW - 5 - 3.5 * 9, end=NOW)

    def calls(span: Span, expression: str = "") -> int:
        services = index.graph(span, expression).services
        found = [one for one in services if one["Name"] == "signup-dev"]
        return sum(one["SummaryStatistics"]["TotalCount"] for one in found)

    assert calls(ALL) == 20
    assert calls(late) == 10
    assert calls(ALL, "http.status = 409") == 2
    assert calls(ALL, "http.status = 418") == 0


def test_an_expression_that_the_embedded_xray_lacks_is_refused_each_time() -> None:
    index = index_of(*traffic(2, NOW))
    for _ in range(2):
        with pytest.raises(XRayRefusalError, match="inferred is not supported"):
            index.find(ALL, "inferred")


def test_many_expressions_later_the_first_still_finds_the_same() -> None:
    index = index_of(*traffic(20, NOW))
    first = index.find(ALL, "http.status = 409").rows
    for status in range(300, 340):
        assert index.find(ALL, f"http.status = {status}").rows == []
    assert index.find(ALL, "http.status = 409").rows == first


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "{}",
        '{"id": "a"}',
        json.dumps({**signup(1, NOW), "start_time": "soon"}),
        json.dumps({**signup(1, NOW), "trace_id": 5}),
        json.dumps({**signup(1, NOW), "name": None}),
        "[" * 100_000,
    ],
)
def test_what_is_no_segment_is_left_out(raw: str) -> None:
    index = TraceIndex(account="1")
    index.add(raw)
    assert index.find(ALL).rows == []
    assert index.span() is None
