"""Filters that are one click away: what was meant, and values of a trace."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from cdk_ecs_xray.page.filters import unread
from cdk_ecs_xray.page.serving import Page
from tests.page.conftest import DUPLICATE, NOW
from tests.page.store import account_of, ask, signup, trace_id


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("http.statsu = 409", "http.status = 409"),
        ("fault AND respnsetime > 1 AND ok", "fault AND responsetime > 1 AND ok"),
        ("http.status == 409", "http.status = 409"),
        ("error && fault", "error AND fault"),
        ('http.status = "409"', ""),
        ("zzzz = 1", ""),
        ("fault AND", ""),
        ('http.url = "a', ""),
    ],
)
def test_what_was_meant_is_known_or_nothing_is_offered(written: str, instead: str) -> None:
    found = unread(written)
    assert found is not None
    assert found.instead == instead


@pytest.mark.parametrize("path", ["/traces", "/map"])
def test_what_was_meant_is_a_link_that_keeps_the_range(page: Page, path: str) -> None:
    _, _, text = ask(page, f"{path}?q=http.statsu+%3D+409&range=1h")
    assert f'href="{path}?q=http.status+%3D+409&range=1h"' in unescape(text)


def filters(page: Page, path: str) -> list[dict[str, list[str]]]:
    text = unescape(ask(page, path)[2])
    found = re.findall(r'class="use" href="(/traces\?[^"]*)"', text)
    return [parse_qs(urlsplit(address).query) for address in found]


def test_values_of_a_trace_are_added_to_the_filter_of_the_list(page: Page) -> None:
    back = quote("q=error&range=1h")
    (of_table,) = filters(page, f"/traces/{DUPLICATE}?back={back}")
    of_root = filters(page, f"/traces/{DUPLICATE}?back={back}&seg={77771:016x}")

    assert of_table == {"q": ['error AND service("signup-dev")'], "range": ["1h"]}
    assert [one["q"][0] for one in of_root] == [
        'error AND http.method = "POST"',
        'error AND http.url = "http://127.0.0.1/signup"',
        "error AND http.status = 409",
        'error AND annotation.plan = "free"',
    ]
    for one in (of_table, *of_root):
        found = ask(page, f"/traces?q={quote(one['q'][0])}")[2]
        assert re.search(r"<h2[^>]*>25\s+traces", found), one


def test_a_filter_that_the_list_has_is_not_added_again(page: Page) -> None:
    back = quote('q=service("signup-dev")')
    (found,) = filters(page, f"/traces/{DUPLICATE}?back={back}")
    assert found["q"] == ['service("signup-dev")']


def test_a_user_is_a_filter_and_quotes_in_it_are_text() -> None:
    identifier = trace_id(1, NOW - 5)
    account = account_of([signup(1, NOW - 5, user='a" OR fault'), signup(2, NOW - 6)])
    with Page(account, clock=lambda: NOW) as served:
        found = [one["q"][0] for one in filters(served, f"/traces/{identifier}")]
        (user,) = (one for one in found if one.startswith("user"))
        assert user == r'user = "a\" OR fault"'
        assert "1 trace<" in ask(served, f"/traces?q={quote(user)}")[2]


def test_what_no_filter_has_room_for_is_offered_as_none() -> None:
    identifier = trace_id(1, NOW - 5)
    long = {"request": {"method": "GET", "url": f"http://x/{'y' * 900}"}}
    with Page(account_of([signup(1, NOW - 5, http=long)]), clock=lambda: NOW) as served:
        assert not any(
            "http.url" in one["q"][0] for one in filters(served, f"/traces/{identifier}")
        )


def test_how_many_more_are_alike_is_said_only_where_the_trace_itself_failed(page: Page) -> None:
    assert "24 more like it in the last 15 minutes" in ask(page, f"/traces/{DUPLICATE}")[2]
    identifier = trace_id(1, NOW - 5)
    failed = {
        "id": "c" * 16,
        "name": "cache",
        "start_time": NOW - 5,
        "end_time": NOW,
        "fault": True,
    }
    handled = [signup(1, NOW - 5, subsegments=[failed]), signup(2, NOW - 6)]
    with Page(account_of(handled), clock=lambda: NOW) as served:
        assert "like it" not in ask(served, f"/traces/{identifier}")[2]


def test_a_part_is_placed_among_those_of_its_name() -> None:
    identifier = trace_id(1, NOW - 5)
    parts = [
        {"id": f"{n:016x}", "name": "cache", "start_time": NOW - 5, "end_time": NOW - 5 + n}
        for n in (1, 2, 3)
    ]
    with Page(account_of([signup(1, NOW - 5, subsegments=parts)]), clock=lambda: NOW) as served:
        shown = [ask(served, f"/traces/{identifier}?seg={n:016x}")[2] for n in (3, 1)]
        root = ask(served, f"/traces/{identifier}?seg={11:016x}")[2]
    assert "longest of 3" in shown[0]
    assert "3 of 3 by length" in shown[1]
    assert "Of its name" not in root
