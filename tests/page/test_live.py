"""Changes that are told, fragments that are put in place, and what may be written in a filter."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.serving import Page
from tests.page.store import account_of, ask, following, put, signup, store_of, trace_id, traffic

NOW = 1_800_000_000.0


class Followed:
    """A page over a store that goes on."""

    def __init__(self, store: XRayStore) -> None:
        self.store = store
        self.account = Account(label=("dev",), is_real=False, traces=following(store))


@pytest.fixture
def followed() -> Followed:
    return Followed(store_of(traffic(20, NOW - 1)))


@pytest.fixture
def served(followed: Followed) -> Iterator[Page]:
    with Page(followed.account, clock=lambda: NOW) as page:
        yield page


def heard(page: Page, path: str, **headers: str) -> tuple[http.client.HTTPResponse, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer, connection


def next_state(answer: http.client.HTTPResponse) -> Any:
    while True:
        line = answer.readline().decode()
        assert line, "the stream has ended"
        if line.startswith("data: "):
            return json.loads(line.removeprefix("data: "))


def test_new_traces_are_told_with_how_many_are_not_ok(served: Page, followed: Followed) -> None:
    _, _, text = ask(served, "/traces")
    events = re.search(r'data-events="([^"]+)" data-fragment="([^"]+)" data-mark="([^"]+)"', text)
    assert events is not None
    address, fragment, mark = (one.replace("&amp;", "&") for one in events.groups())
    answer, connection = heard(served, address)
    try:
        assert answer.getheader("content-type", "").startswith("text/event-stream")
        assert next_state(answer) == {"mark": mark, "new": 0, "trouble": 0}

        put(followed.store, [signup(900, NOW - 1), signup(901, NOW - 0.5, status=500)])
        state = next_state(answer)
    finally:
        connection.close()

    assert (state["new"], state["trouble"]) == (2, 1)
    assert state["mark"] != mark
    assert trace_id(901, NOW - 0.5) in ask(served, fragment)[2]


def test_axes_grow_and_never_shrink_while_somebody_looks(served: Page, followed: Followed) -> None:
    def drawn(path: str) -> tuple[str, str, list[str]]:
        text = ask(served, path)[2]
        axes = re.search(r'data-axes="([^"]+)"', text)
        fragment = re.search(r'data-fragment="([^"]+)"', text)
        assert axes is not None
        assert fragment is not None
        times = re.search(r'aria-label="Response times.*?</svg>', text, re.DOTALL)
        assert times is not None
        ticks = re.findall(r'y="154"[^>]*>([^<]+)<', times[0])
        return axes[1], fragment[1].replace("&amp;", "&"), ticks

    axes, fragment, ticks = drawn("/traces?range=1h")
    assert axes == "20.0,20.0,5.0"
    assert ticks[-1] == "1 s"

    wider, again, wide = drawn(f"{fragment}&axes=40,50,60")
    assert wider == "40.0,50.0,60.0"
    assert wide[-1] == "10 s"
    # The address of the next one does not grow.
    assert again == fragment

    put(followed.store, [{**signup(900, NOW - 100), "end_time": NOW}])
    assert drawn(f"{fragment}&axes=40,50,60")[0] == "40.0,50.0,100.0"


@pytest.mark.parametrize(
    "axes", ["", "1", "a,b,c", "nan,inf,-inf", "-5,-5,-5", "1,2,3,4", "9" * 400]
)
def test_axes_that_are_none_change_nothing(served: Page, axes: str) -> None:
    status, _, text = ask(served, f"/traces?range=1h&axes={axes}")
    assert status == 200
    assert 'data-axes="20.0,20.0,5.0"' in text


def test_a_page_ends_while_somebody_listens(followed: Followed) -> None:
    with Page(followed.account, clock=lambda: NOW) as page:
        answer, connection = heard(page, "/events?view=traces")
        next_state(answer)
    assert not page._thread.is_alive()
    connection.close()


def test_what_other_sites_and_too_many_views_ask_is_refused(served: Page) -> None:
    assert ask(served, "/events?view=traces", Origin="https://evil.example")[0] == 403
    opened = [heard(served, "/events?view=traces") for _ in range(12)]
    try:
        for answer, _ in opened:
            next_state(answer)
        assert ask(served, "/events?view=traces")[0] == 503
    finally:
        for _, connection in opened:
            connection.close()


@pytest.mark.parametrize("path", ["/traces?q=http.status+%3D+409", "/map", "/logs"])
def test_a_fragment_is_the_main_part_of_its_page(page: Page, path: str) -> None:
    _, _, whole = ask(page, path)
    status, _, part = ask(page, f"/fragment{path}")
    assert status == 200
    assert part.startswith('<main id="main"')
    assert "<script" not in part
    assert "<html" not in part
    assert part.strip() in whole


def test_a_trace_that_runs_or_is_missing_is_followed_and_one_that_ended_is_not(
    served: Page, followed: Followed
) -> None:
    missing = trace_id(900, NOW - 1)
    status, _, text = ask(served, f"/traces/{missing}")
    assert (status, "data-events" in text) == (404, True)
    put(followed.store, [signup(900, NOW - 1)])
    status, _, text = ask(served, f"/fragment/traces/{missing}")
    assert (status, "data-events" in text) == (200, False)


@pytest.mark.parametrize(
    "path", ["/traces?from=1799999000&to=1799999999", "/map?from=1799999000&to=1799999999"]
)
def test_a_range_that_has_ended_is_not_followed(served: Page, path: str) -> None:
    assert "data-events" not in ask(served, path)[2]


def test_a_real_account_is_followed_only_when_asked_for_and_its_price_is_said() -> None:
    account = account_of(traffic(3, NOW), is_real=True)
    with Page(account, clock=lambda: NOW) as page:
        cookie = ask(page, f"/traces?token={page.url.partition('=')[2]}")[1]["set-cookie"]
        text = ask(page, "/traces", Cookie=cookie.partition(";")[0])[2]
    assert "data-paused" in text
    assert "360 searches an hour" in text


def completed(page: Page, written: str, at: int | None = None) -> Mapping[str, Any]:
    place = "" if at is None else f"&at={at}"
    status, headers, text = ask(page, f"/complete?q={quote(written)}{place}")
    assert (status, headers["content-type"]) == (200, "application/json")
    found: Mapping[str, Any] = json.loads(text)
    return found


def texts(found: Mapping[str, Any]) -> list[str]:
    return [one["text"] for one in found["choices"]]


def test_keywords_are_offered_with_what_they_mean(page: Page) -> None:
    found = completed(page, "")
    assert texts(found)[:4] == ["ok", "error", "throttle", "fault"]
    assert found["choices"][3]["note"] == "answered 5xx"
    assert texts(completed(page, "ann")) == ["annotation.plan"]
    assert texts(completed(page, "fault AND resp"))[0] == "responsetime"


def test_a_keyword_that_only_xray_knows_is_said_to_be_one(page: Page) -> None:
    (found,) = completed(page, "inferr")["choices"]
    assert found == {"text": "inferred", "note": "not in the AWS emulator"}


@pytest.mark.parametrize(
    ("written", "offered", "left_out"),
    [
        ("http.status ", {"=", "!=", ">", "<="}, {"CONTAINS", "409"}),
        ("http.url ", {"=", "!=", "CONTAINS", "BEGINSWITH"}, {"<"}),
        ("http.status = 409 ", {"AND", "OR"}, {"=", "409"}),
        ("(http.status = 409 ", {"AND", "OR", ")"}, {"="}),
        ("fault = ", {"true", "false"}, {"AND"}),
        ("fault AND ", {"error", "responsetime"}, {"AND", "="}),
        ('service("signup") ', {"AND", "OR"}, {"="}),
    ],
)
def test_what_fits_there_is_offered(
    page: Page, written: str, offered: set[str], left_out: set[str]
) -> None:
    found = set(texts(completed(page, written)))
    assert offered <= found
    assert not left_out & found


def test_values_come_from_the_traces_with_their_counts(page: Page) -> None:
    found = completed(page, "http.status = ")
    assert {one["text"]: one["note"] for one in found["choices"]} == {
        "201": "216 traces",
        "409": "25 traces",
        "500": "1 trace",
    }
    assert texts(completed(page, "http.status = 4")) == ["409"]
    assert '"free"' in texts(completed(page, "annotation.plan = "))
    assert '"/signup"' in texts(completed(page, "http.url CONTAINS "))


def test_a_text_that_is_begun_is_completed_whole(page: Page) -> None:
    found = completed(page, 'service("sig')
    assert found["choices"][0]["text"] == '"signup"'
    assert (found["begin"], found["end"]) == (8, 12)


def test_what_is_behind_the_place_stays(page: Page) -> None:
    found = completed(page, "fau AND http.status = 409", at=3)
    assert texts(found)[0] == "fault"
    assert (found["begin"], found["end"]) == (0, 3)


@pytest.mark.parametrize("written", ["AND ", "= 5 ", "fault == ", "\u202e", "'", "x" * 5000])
def test_nothing_is_offered_where_nothing_fits(page: Page, written: str) -> None:
    assert completed(page, written)["choices"] == []


@pytest.mark.parametrize("at", ["-1", "9" * 40, "many", "\u0664"])
def test_a_place_that_is_none_is_the_end(page: Page, at: str) -> None:
    status, _, text = ask(page, f"/complete?q=faul&at={quote(at)}")
    assert (status, json.loads(text)["choices"][0]["text"]) == (200, "fault")


def test_a_real_account_is_not_searched_for_completions() -> None:
    account = account_of(traffic(3, NOW), is_real=True)
    session: Any = account.lines.calls.session  # type: ignore[union-attr]
    with Page(account, clock=lambda: NOW) as page:
        cookie = ask(page, f"/traces?token={page.url.partition('=')[2]}")[1]["set-cookie"]
        before = list(session.asked)
        _, _, text = ask(page, "/complete?q=http.status+%3D+", Cookie=cookie.partition(";")[0])
    assert session.asked == before
    assert json.loads(text)["choices"] == []
