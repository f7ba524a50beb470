"""Where bars and cards are: scales, folds, clocks that differ, circles of calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from cdk_ecs_xray.page.map_folding import folded, neighborhood
from cdk_ecs_xray.page.map_layout import HEIGHT, MOST_NODES, WIDTH, draw
from cdk_ecs_xray.page.model import Documents
from cdk_ecs_xray.page.reading import trace_of
from cdk_ecs_xray.page.timeline import Choice, timeline_of
from cdk_ecs_xray.page.timeline_axis import scale_of
from cdk_ecs_xray.page.trace_map import map_of
from cdk_ecs_xray.page.words import took


def timeline(*documents: Mapping[str, Any], **choice: Any) -> Any:
    texts = [json.dumps(document) for document in documents]
    return timeline_of(trace_of(Documents(id="1", texts=texts)), Choice(**choice))


def part(identifier: str, start: float, end: float, **members: Any) -> dict[str, Any]:
    name = f"part {identifier}"
    return {"id": identifier, "name": name, "start_time": start, "end_time": end, **members}


@pytest.mark.parametrize("seconds", [0.0, 3e-6, 0.0004, 0.0486, 0.1, 1.84, 3.0, 61.0, 86_400.0])
def test_four_to_eight_equal_steps_cover_a_trace(seconds: float) -> None:
    scale = scale_of(seconds)
    assert 4 <= scale.steps <= 8
    assert scale.step * scale.steps >= seconds
    assert seconds == 0 or scale.step * (scale.steps - 1) < seconds


def test_a_called_service_is_under_its_call_and_a_clock_that_differs_is_shown() -> None:
    call = part("b", 0.1, 0.6)
    caller = part("a", 0, 1, subsegments=[call])
    called = part("c", 5.0, 5.2, parent_id="b")

    rows = timeline(caller, called).rows

    assert [(row.id, row.depth) for row in rows] == [("a", 0), ("b", 1), ("c", 2)]
    assert rows[2].remark == "clock 4.75 s ahead, shown as sent"
    assert rows[2].place > 80
    assert rows[2].ghost < 10


def test_a_part_whose_caller_has_not_come_in_is_said_to_miss_it() -> None:
    found = timeline(part("c", 0, 1, parent_id="z"))
    (row,) = found.rows
    assert (row.depth, row.remark) == (0, "parent missing")
    assert found.missing == 1
    assert timeline(part("c", 0, 1)).missing == 0


def test_a_circle_of_parents_is_shown_once() -> None:
    rows = timeline(part("a", 0, 1, parent_id="b"), part("b", 0, 1, parent_id="a")).rows
    assert sorted(row.id for row in rows) == ["a", "b"]


def test_parts_nested_beyond_reason_are_left_out() -> None:
    deep = part("last", 0, 1)
    for number in range(400):
        deep = part(f"p{number}", 0, 1, subsegments=[deep])
    found = timeline(deep, opened=tuple(f"p{n}" for n in range(400)))
    assert found.total == 100


def test_of_many_parts_the_way_to_a_fault_is_open_and_the_rest_folded() -> None:
    groups = [
        part(
            f"g{n}",
            n,
            n + 1,
            subsegments=[part(f"g{n}-{m}", n, n + 1, fault=(n, m) == (3, 4)) for m in range(50)],
        )
        for n in range(5)
    ]
    whole = part("root", 0, 5, subsegments=groups)

    rows = timeline(whole).rows
    opened = timeline(whole, opened=("g0",)).rows

    assert len(rows) == 1 + 5 + 50
    assert {row.id: row.inside for row in rows if row.inside} == {
        "g0": 50,
        "g1": 50,
        "g2": 50,
        "g4": 50,
    }
    assert len(opened) == len(rows) + 50


def test_a_clock_that_is_off_is_made_to_agree_when_asked_for() -> None:
    call = part("b", 0.1, 0.6)
    caller = part("a", 0, 1, subsegments=[call])
    called = part("c", 5.0, 5.2, parent_id="b", subsegments=[part("d", 5.1, 5.15)])

    found = timeline(caller, called, fitted=True)

    assert found.is_off
    _, b, c, d = found.rows
    assert (c.remark, c.ghost) == ("clock 4.75 s ahead, moved into its caller", None)
    assert b.place < c.place < d.place < b.place + b.width
    assert c.width == pytest.approx(20)


def test_a_wait_of_most_of_a_trace_is_cut_out_and_said() -> None:
    sent, received = part("a", 0, 1), part("b", 100, 101, parent_id="a")

    found = timeline(sent, received)
    whole = timeline(sent, received, whole=True)

    assert found.waits == whole.waits == 99
    assert found.rows[1].width == pytest.approx(found.rows[0].width)
    assert found.rows[0].width > 30
    assert found.scale.place(101) <= 100
    assert any(tick > 100 for tick in found.scale.ticks)
    assert whole.rows[0].width < 1


def test_a_shorter_wait_is_drawn() -> None:
    assert timeline(part("a", 0, 1), part("b", 4, 5, parent_id="a")).waits is None


def test_parts_of_one_name_are_one_row_unless_something_went_wrong() -> None:
    alike = [
        {**part(f"c{n}", n, n + (1 if n else 3)), "name": "cache.get", "fault": n == 7}
        for n in range(30)
    ]
    whole = part("a", 0, 40, subsegments=alike)

    found = timeline(whole)
    first = found.rows[1]
    opened = timeline(whole, opened=(first.unfolds,))

    assert [row.id for row in found.rows] == ["a", "c0", "c7"]
    assert first.alike == (29, 1.0, 3.0)
    assert (first.place, found.rows[2].kind) == (0, "fault")
    assert len(opened.rows) == 31


def test_twenty_of_one_name_are_shown() -> None:
    alike = [{**part(f"c{n}", n, n + 1), "name": "cache.get"} for n in range(20)]
    assert len(timeline(part("a", 0, 40, subsegments=alike)).rows) == 21


@pytest.mark.parametrize(
    ("only", "kept"), [("trouble", ["a", "b", "c"]), ("long", ["a", "b"]), ("", ["a", *"bcde"])]
)
def test_only_what_is_asked_for_is_shown_with_the_way_to_it(only: str, kept: list[str]) -> None:
    failing = part("c", 1, 1.001, error=True)
    whole = part(
        "a", 0, 10, subsegments=[part("b", 1, 2, subsegments=[failing]), part("d", 3, 3.001)]
    )
    rows = timeline(whole, part("e", 4, 4.01, parent_id="a"), only=only).rows
    assert [row.id for row in rows] == kept


def graph(*calls: tuple[str, str]) -> Any:
    names = sorted({name for call in calls for name in call})
    statistics = {"OkCount": 5, "TotalResponseTime": 1.0}
    return map_of(
        [
            {
                "ReferenceId": number,
                "Name": name,
                "Edges": [
                    {"ReferenceId": names.index(called), "SummaryStatistics": statistics}
                    for caller, called in calls
                    if caller == name
                ],
                "SummaryStatistics": statistics,
            }
            for number, name in enumerate(names)
        ]
    )


@pytest.mark.parametrize(
    "calls",
    [
        [("a", "b")],
        [("a", "b"), ("b", "c"), ("a", "c")],
        [("a", "b"), ("b", "a")],
        [("a", "a")],
        [("a", f"n{n}") for n in range(12)] + [(f"n{n}", "z") for n in range(12)],
    ],
)
def test_cards_never_overlap_and_the_drawing_is_the_same_each_time(
    calls: list[tuple[str, str]],
) -> None:
    drawn = draw(graph(*calls))
    assert drawn is not None
    assert drawn == draw(graph(*calls))
    assert len(drawn.lines) == len(calls)
    places = [(card.x, card.y) for card in drawn.cards]
    for number, (x, y) in enumerate(places):
        assert 0 <= x <= drawn.width - WIDTH
        assert 0 <= y <= drawn.height - HEIGHT
        for other_x, other_y in places[number + 1 :]:
            assert abs(x - other_x) >= WIDTH or abs(y - other_y) >= HEIGHT


def test_callers_are_left_of_what_they_call() -> None:
    drawn = draw(graph(("a", "b"), ("b", "c"), ("a", "c")))
    assert drawn is not None
    assert [card.node.name for card in sorted(drawn.cards, key=lambda one: one.x)] == [*"abc"]


def test_more_nodes_than_a_person_follows_are_not_drawn() -> None:
    assert draw(graph(*[("a", f"n{n}") for n in range(50)])) is None


def test_nodes_that_are_alike_are_one_card() -> None:
    large = graph(*[("a", f"n{n:02}") for n in range(60)], ("a", "b"), ("b", "c"))
    small = folded(large, MOST_NODES)
    assert sorted(node.name for node in small.nodes) == ["60 alike, all ok", "a", "b", "c"]
    (one,) = (edge for edge in small.edges if edge.called.name.startswith("60"))
    assert one.calls.total == 60 * 5
    assert draw(small) is not None


def test_a_map_that_can_be_drawn_is_not_folded() -> None:
    small = graph(*[("a", f"n{n}") for n in range(10)])
    assert folded(small, MOST_NODES) is small


def test_what_is_two_calls_away_is_around_a_node() -> None:
    whole = graph(("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f"))
    chosen = next(node for node in whole.nodes if node.name == "d")
    assert [node.name for node in neighborhood(whole, chosen).nodes] == [*"bcdef"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "…"),
        (0.0004, "400 µs"),
        (0.0367, "36.7 ms"),
        (0.09996, "100 ms"),
        (0.412, "412 ms"),
        (1.84, "1.84 s"),
        (123.0, "2 min 3 s"),
    ],
)
def test_durations_are_as_short_as_they_may_be(seconds: float | None, text: str) -> None:
    assert took(seconds) == text
