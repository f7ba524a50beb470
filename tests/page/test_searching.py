"""Searches of a real account, whose rows are shown while the rest is read."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from threading import Event
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.aws_reading import AwsTraces, Calls
from cdk_ecs_xray.page.model import Span, TraceRow
from cdk_ecs_xray.page.searching import GrowingTraces
from cdk_ecs_xray.page.serving import Page
from tests.page.store import ask, trace_id

NOW = 1_800_000_000.0
QUARTER = Span(start=NOW - 900, end=NOW)


class XRay:
    """X-Ray with a trace every ten seconds, or a hundred; answers when it is let."""

    region_name = "eu-central-1"

    def __init__(self, *, each: float = 10.0, a_page: int = 100) -> None:
        self.asked: list[tuple[float, float, str]] = []
        self.refusals: list[str] = []
        self.let = Event()
        self.let.set()
        self.slow_from = NOW
        self._each, self._a_page = each, a_page

    def client(self, _service: str) -> XRay:
        return self

    def get_groups(self) -> Any:
        return {"Groups": []}

    def get_trace_summaries(self, **asked: Any) -> Any:
        start, end = asked["StartTime"], asked["EndTime"]
        if end <= self.slow_from:
            assert self.let.wait(60)
        self.asked.append((start, end, asked.get("FilterExpression", "")))
        if self.refusals:
            code = self.refusals.pop(0)
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetTraceSummaries")
        first = int(asked.get("NextToken", "0"))
        known = [n for n in range(9000) if start <= NOW - n * self._each - 0.5 < end]
        answer: dict[str, Any] = {
            "TraceSummaries": [self._summary(n) for n in known[first : first + self._a_page]]
        }
        if first + self._a_page < len(known):
            answer["NextToken"] = str(first + self._a_page)
        return answer

    def _summary(self, number: int) -> Mapping[str, Any]:
        at = NOW - number * self._each - 0.5
        return {"Id": trace_id(number, at), "StartTime": at, "ResponseTime": 0.05, "Http": {}}


@pytest.fixture
def xray() -> Iterator[XRay]:
    found = XRay()
    yield found
    found.let.set()


def traces(xray: XRay, *, most: int = 1000, patience: float = 30.0) -> GrowingTraces:
    calls = Calls(session=cast("Any", xray))
    return GrowingTraces(traces=AwsTraces(calls=calls, most=most), patience=patience)


def times(rows: Sequence[TraceRow]) -> list[float]:
    return [row.start for row in rows]


def test_a_range_is_read_from_its_end_in_slices_that_grow(xray: XRay) -> None:
    found = traces(xray).find(QUARTER)
    assert (len(found.rows), found.is_growing, found.read_to) == (90, False, None)
    assert times(found.rows) == sorted(times(found.rows), reverse=True)
    ends = [(NOW - start, NOW - end) for start, end, _ in xray.asked]
    assert ends == [(60, 0), (180, 60), (420, 180), (900, 420)]


def test_what_was_read_is_shown_while_the_rest_is_read(xray: XRay) -> None:
    xray.let.clear()
    xray.slow_from = NOW - 100
    growing = traces(xray, patience=0.2)
    part = growing.find(QUARTER)
    deadline = time.monotonic() + 30
    while len(part.rows) < 18 and time.monotonic() < deadline:
        part = growing.find(QUARTER)
    assert (len(part.rows), part.is_growing, part.read_to) == (18, True, NOW - 180)
    # A reader who stops there asks for what was read, which costs nothing.
    asked = len(xray.asked)
    stopped = growing.find(Span(start=NOW - 180, end=NOW))
    assert (len(stopped.rows), stopped.is_growing) == (18, False)
    assert len(xray.asked) == asked
    xray.let.set()
    whole = growing.find(Span(start=QUARTER.start + 3, end=QUARTER.end + 3))
    while whole.is_growing and time.monotonic() < deadline:
        whole = growing.find(QUARTER)
    assert (len(whole.rows), whole.read_to) == (90, None)
    assert len(xray.asked) == 4


def test_another_filter_is_another_search(xray: XRay) -> None:
    growing = traces(xray)
    growing.find(QUARTER)
    growing.find(QUARTER)
    growing.find(QUARTER, "fault")
    assert [expression for _, _, expression in xray.asked] == [""] * 4 + ["fault"] * 4


def test_an_answer_gets_old(xray: XRay) -> None:
    now = 0.0
    growing = GrowingTraces(
        traces=AwsTraces(calls=Calls(session=cast("Any", xray))), patience=30, clock=lambda: now
    )
    growing.find(QUARTER)
    now = 4.0
    growing.find(QUARTER)
    assert len(xray.asked) == 4
    now = 10.0
    growing.find(QUARTER)
    assert len(xray.asked) == 8


def test_a_search_ends_at_the_newest_that_it_may_read() -> None:
    found = traces(XRay(each=0.1), most=250).find(QUARTER)
    assert (len(found.rows), found.is_cut, found.is_growing) == (250, True, False)


def test_a_search_that_nobody_asks_for_rests_and_goes_on(xray: XRay) -> None:
    now = 0.0
    growing = GrowingTraces(
        traces=AwsTraces(calls=Calls(session=cast("Any", xray))), patience=0.1, clock=lambda: now
    )
    xray.slow_from = NOW - 50
    xray.let.clear()
    assert growing.find(QUARTER).is_growing
    now = 20.0
    xray.let.set()
    deadline = time.monotonic() + 30
    while len(xray.asked) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    assert len(xray.asked) == 2
    found = growing.find(QUARTER)
    while found.is_growing and time.monotonic() < deadline:
        found = growing.find(QUARTER)
    assert len(found.rows) == 90


def test_a_refusal_in_between_keeps_what_was_read(xray: XRay) -> None:
    xray.slow_from = NOW - 50
    xray.let.clear()
    growing = traces(xray, patience=0.5)
    assert len(growing.find(QUARTER).rows) == 6
    xray.refusals = ["AccessDeniedException"]
    xray.let.set()
    deadline = time.monotonic() + 30
    found = growing.find(QUARTER)
    while found.is_growing and time.monotonic() < deadline:
        found = growing.find(QUARTER)
    assert (len(found.rows), found.read_to) == (6, NOW - 60)
    assert isinstance(found.failure, ClientError)


def test_a_first_refusal_is_an_error(xray: XRay) -> None:
    xray.refusals = ["AccessDeniedException"]
    with pytest.raises(ClientError, match="AccessDenied"):
        traces(xray).find(QUARTER)


def test_aws_is_asked_again_when_it_wants_a_pause(
    xray: XRay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdk_ecs_xray.page.searching._PAUSES", (0.01, 0.01))
    xray.refusals = ["ThrottledException", "ThrottledException"]
    assert len(traces(xray).find(QUARTER).rows) == 90
    xray.refusals = ["ThrottledException"] * 3
    with pytest.raises(ClientError, match="Throttled"):
        traces(xray).find(QUARTER)


def test_the_list_says_how_far_it_is_and_where_to_stop(xray: XRay) -> None:
    xray.slow_from = NOW - 50
    xray.let.clear()
    account = Account(label=("dev",), is_real=False, traces=traces(xray, patience=0.5))
    with Page(account, clock=lambda: NOW) as page:
        text = ask(page, "/traces")[2]
        assert "Scanned 1 min 0 s of 15 min 0 s, newest first; 6 traces so far." in text
        grows = re.search(r'data-grows="([^"]+)"', text)
        stop = re.search(r'href="([^"]+)">Stop<', text)
        assert grows is not None
        assert stop is not None
        stopped = ask(page, unescape(stop[1]))[2]
        assert "6 traces<" in stopped
        assert "data-grows" not in stopped
        assert '"complete":false' in ask(page, "/traces.json")[2]
        xray.let.set()
        deadline = time.monotonic() + 60
        while "data-grows" in text and time.monotonic() < deadline:
            text = ask(page, unescape(grows[1]))[2]
        assert "90 traces<" in text
        assert '"complete":true' in ask(page, "/traces.json")[2]
