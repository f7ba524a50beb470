"""PutTraceSegments and PutTelemetryRecords: what is taken and what is named unprocessed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError
from cdk_ecs_xray.local.xray.segment_documents import SegmentRefusedError, parse_segments

TRACE_ID = "1-6b49d200-00000000000000000000000a"


def segment(**members: Any) -> dict[str, Any]:
    whole = {
        "id": "000000000000000a",
        "trace_id": TRACE_ID,
        "name": "signup",
        "start_time": 1_800_000_000.0,
        "end_time": 1_800_000_000.25,
        **members,
    }
    return {name: value for name, value in whole.items() if value is not None}


def put(xray: XRayStore, *documents: object) -> list[dict[str, Any]]:
    raw = [d if isinstance(d, str) else json.dumps(d) for d in documents]
    answer = xray.segments.put({"TraceSegmentDocuments": raw})
    unprocessed: list[dict[str, Any]] = answer["UnprocessedTraceSegments"]
    return unprocessed


def stored(xray: XRayStore) -> list[dict[str, Any]]:
    (trace,) = xray.traces.batch({"TraceIds": [TRACE_ID]})["Traces"]
    return [json.loads(s["Document"]) for s in trace["Segments"]]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{", "ParseError"),
        ("", "ParseError"),
        ("[]", "MissingId"),
        (segment(id=None), "MissingId"),
        (segment(id="xyz"), "InvalidId"),
        (segment(id="0" * 17), "InvalidId"),
        (segment(id=5), "InvalidId"),
        (segment(trace_id=None), "MissingTraceId"),
        (segment(trace_id="6b49d20000000000000000000000000a"), "InvalidTraceId"),
        (segment(trace_id="2" + TRACE_ID[1:]), "InvalidTraceId"),
        (segment(name=None), "MissingName"),
        (segment(name=""), "InvalidName"),
        (segment(name="n" * 201), "InvalidName"),
        (segment(name="a*b"), "InvalidName"),
        (segment(parent_id="short"), "InvalidParentId"),
        (segment(type="subsegment"), "MissingParentId"),
        (segment(start_time=None), "MissingStartTime"),
        (segment(start_time="now"), "InvalidStartTime"),
        (segment(start_time=True), "InvalidStartTime"),
        (segment(end_time=None), "MissingEndTime"),
        (segment(end_time=None, in_progress=False), "MissingEndTime"),
        (segment(end_time=1_799_999_999), "InvalidEndTime"),
        (segment(end_time="later"), "InvalidEndTime"),
    ],
)
def test_a_malformed_document_is_named_unprocessed(
    xray: XRayStore, document: object, code: str
) -> None:
    (entry,) = put(xray, document)
    kind = "subsegment" if code == "MissingParentId" else "segment"
    assert entry["ErrorCode"] == code
    assert entry["Message"] == f"Invalid {kind}. ErrorCode: {code}"
    assert xray.traces.batch({"TraceIds": [TRACE_ID]})["UnprocessedTraceIds"] == [TRACE_ID]


def test_the_entry_names_the_segment_where_it_can(xray: XRayStore) -> None:
    assert put(xray, segment(name=None))[0]["Id"] == "000000000000000a"
    assert "Id" not in put(xray, segment(id=None))[0]


def test_a_bad_document_does_not_keep_the_good_ones_out(xray: XRayStore) -> None:
    assert len(put(xray, "{", segment(), segment(id="x"))) == 2
    assert stored(xray) == [segment()]


@pytest.mark.parametrize(
    "name", ["api.example.com", "a:b/c%d&e#f=g+h\\i-j@k_l", "größe 2", "日本", "n" * 200]
)
def test_every_character_of_the_guide_is_taken_in_a_name(name: str) -> None:
    assert parse_segments(json.dumps(segment(name=name)))[0]["name"] == name


@given(st.text())
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    with pytest.raises(SegmentRefusedError):
        parse_segments(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
    st.sampled_from(
        ["subsegments", "http", "annotations", "aws", "sql", "user", "origin", "namespace"]
    ),
)
def test_no_odd_member_breaks_the_read_side(value: object, member: str) -> None:
    xray = XRayStore(account="0" * 12, region="us-east-1", clock=lambda: 1_800_000_000)
    nested = segment(id="000000000000000b", trace_id=None, **{member: value})
    assert put(xray, segment(**{member: value}), segment(id="1" * 16, subsegments=[nested])) == []
    span = {"StartTime": 1_799_999_000, "EndTime": 1_800_001_000}
    assert len(xray.traces.summaries(span)["TraceSummaries"]) == 1
    assert xray.traces.service_graph(span)["Services"]
    assert xray.traces.batch({"TraceIds": [TRACE_ID]})["Traces"]


@pytest.mark.parametrize("late_start", [False, True])
def test_a_finished_segment_takes_the_place_of_its_start(
    xray: XRayStore, *, late_start: bool
) -> None:
    start = segment(end_time=None, in_progress=True)
    documents = [segment(), start] if late_start else [start, segment()]
    assert put(xray, *documents) == []
    assert stored(xray) == [segment()]


def test_an_unfinished_segment_makes_the_trace_partial(xray: XRayStore) -> None:
    put(xray, segment(end_time=None, in_progress=True))
    (summary,) = xray.traces.summaries({"StartTime": 1_799_999_990, "EndTime": 1_800_000_010})[
        "TraceSummaries"
    ]
    assert summary["IsPartial"] is True
    assert "Duration" not in summary
    assert "ResponseTime" not in summary


def test_a_document_has_at_most_64_kb(xray: XRayStore) -> None:
    room = 64 * 1024 - len(json.dumps(segment(metadata={"default": {"text": ""}})))
    assert put(xray, segment(metadata={"default": {"text": "t" * room}})) == []
    (entry,) = put(xray, segment(metadata={"default": {"text": "t" * (room + 1)}}))
    assert entry["ErrorCode"] == "InvalidSegment"


def test_a_request_has_at_most_50_documents(xray: XRayStore) -> None:
    assert put(xray, *[segment()] * 50) == []
    with pytest.raises(InvalidRequestError, match="Exceeding maximum segment count: 50"):
        put(xray, *[segment()] * 51)


def test_a_trace_that_becomes_too_large_says_so(xray: XRayStore) -> None:
    large = [segment(id=f"{n:016x}", user="u" * 60_000) for n in range(9)]
    answers = [put(xray, document) for document in large]
    assert answers[:8] == [[]] * 8
    assert answers[8][0]["ErrorCode"] == "InvalidSegment"
    assert answers[8][0]["Message"].startswith("Trace Size Exceeded.")
    (trace,) = xray.traces.batch({"TraceIds": [TRACE_ID]})["Traces"]
    assert trace["LimitExceeded"] is True
    assert len(trace["Segments"]) == 8


def test_a_trace_is_kept_for_30_days(xray: XRayStore, clock: Any) -> None:
    other = "1-6b49d200-00000000000000000000000b"
    put(xray, segment())
    clock.now += 30 * 24 * 3600 + 1
    put(xray, segment(trace_id=other))
    answer = xray.traces.batch({"TraceIds": [TRACE_ID, other]})
    assert answer["UnprocessedTraceIds"] == [TRACE_ID]


def test_a_document_may_be_an_array_of_subsegments(xray: XRayStore) -> None:
    """API reference: "a completed segment, an in-progress segment, or an array of subsegments"."""
    parts = [
        segment(id=f"{n:016x}", type="subsegment", parent_id="000000000000000a") for n in (1, 2)
    ]
    assert put(xray, segment(), json.dumps(parts)) == []
    (whole,) = stored(xray)
    assert [part["id"] for part in whole["subsegments"]] == [f"{n:016x}" for n in (1, 2)]


@pytest.mark.parametrize("end", ["Infinity", "NaN", "1e300", "1" + "0" * 400])
def test_a_number_that_is_no_time_is_refused(xray: XRayStore, end: str) -> None:
    text = json.dumps(segment(end_time=5)).replace('"end_time": 5', f'"end_time": {end}')
    assert put(xray, text)[0]["ErrorCode"] == "InvalidEndTime"


def test_telemetry_is_kept(xray: XRayStore) -> None:
    record = {"Timestamp": 1_800_000_000, "SegmentsReceivedCount": 3}
    assert xray.segments.put_telemetry({"TelemetryRecords": [record]}) == {}
    assert xray.segments.telemetry == [record]


@pytest.mark.parametrize("records", [None, [1], [{}], [{"Timestamp": "now"}]])
def test_malformed_telemetry_is_refused(xray: XRayStore, records: object) -> None:
    with pytest.raises(InvalidRequestError):
        xray.segments.put_telemetry({"TelemetryRecords": records})


def test_documents_must_be_a_list(xray: XRayStore) -> None:
    with pytest.raises(InvalidRequestError):
        xray.segments.put({"TraceSegmentDocuments": "{}"})
