"""Log lines: what of them is shown, and what unfolds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import pytest

from cdk_ecs_xray.page.serving import Page
from tests.page.conftest import DUPLICATE, NOW, SCRIPT
from tests.page.store import account_of, ask, signup, trace_id, traffic

TRACE = trace_id(1, NOW - 20)
OTHER = trace_id(2, NOW - 20)


def line(at: float, message: str) -> Mapping[str, Any]:
    return {"timestamp": int((NOW + at) * 1000), "message": message}


STRUCTURED = {
    "level": "warning",
    "message": f"again {OTHER}",
    "trace_id": TRACE,
    "user": {"name": SCRIPT},
    "took": 3,
}


@pytest.fixture(scope="module")
def served() -> Iterator[Page]:
    documents = [signup(1, NOW - 20), signup(2, NOW - 20, status=409)]
    lines = [
        line(-19.99, json.dumps(STRUCTURED)),
        line(-19.98, json.dumps({"severity": "INFO", "msg": "short"})),
        line(-19.97, "{not json"),
    ]
    with Page(account_of(documents, lines=lines), clock=lambda: NOW) as page:
        yield page


@pytest.mark.parametrize("path", ["/logs", f"/traces/{TRACE}?logs=around"])
def test_the_rest_of_a_json_line_unfolds(served: Page, path: str) -> None:
    _, _, text = ask(served, path)
    shown = re.search(r'<ol class="logs.*?</ol>', text, re.DOTALL)
    assert shown is not None
    folded = re.findall(
        r"<details><summary>(\d) more</summary><pre>(.*?)</pre>", shown[0], re.DOTALL
    )
    ((number, rest),) = folded
    assert number == "3"
    assert json.loads(unescape(rest)) == {
        name: STRUCTURED[name] for name in ("trace_id", "user", "took")
    }
    assert "<script>alert" not in text
    assert "{not json" in shown[0]


@pytest.mark.parametrize("path", ["/logs", f"/traces/{TRACE}"])
def test_a_trace_that_a_line_names_has_its_response(served: Page, path: str) -> None:
    _, _, text = ask(served, path)
    named = re.search(rf'<a class="tid" href="/traces/{OTHER}"[^>]*>[^<]*</a>(.{{0,200}})', text)
    assert named is not None
    assert "409 <small>error</small>" in named[1]


def test_a_real_account_is_not_searched_for_responses() -> None:
    account = account_of([signup(1, NOW - 20)], lines=[line(-19.9, f"line {TRACE}")], is_real=True)
    session: Any = account.lines.calls.session  # type: ignore[union-attr]
    with Page(account, clock=lambda: NOW) as page:
        cookie = ask(page, f"/traces?token={page.url.partition('=')[2]}")[1]["set-cookie"]
        del session.asked[:]
        _, _, text = ask(page, "/logs", Cookie=cookie.partition(";")[0])
    assert f"/traces/{TRACE}" in text
    assert session.asked == ["filter_log_events"]


def test_of_many_lines_the_older_are_a_link_and_the_page_stays_small() -> None:
    lines = [
        line(-300 + n, json.dumps({"message": f"{n:03} {trace_id(n, NOW - 5 - 3.5 * n)}", "a": 1}))
        for n in range(240)
    ]
    account = account_of(
        [*traffic(240, NOW), signup(7777, NOW - 150)],
        lines=[*lines, *(line(-149, f"{n} beside") for n in range(150))],
    )
    with Page(account, clock=lambda: NOW) as page:
        _, _, text = ask(page, "/logs?level=&q=0")
        older = re.search(r'href="(/logs\?[^"]*)">Older', text)
        assert older is not None
        _, _, beside = ask(page, f"/traces/{trace_id(7777, NOW - 150)}?logs=around")
        assert ask(page, unescape(older[1]))[0] == 200
    assert text.count('<li class="far">') == 200
    assert "q=0" in older[1]
    assert beside.count('<li class="near"') == 100
    assert re.search(r"100 of \d+ lines", beside)
    for shown in (text, beside):
        assert 50 < len(re.findall(r"<[a-z]", shown)) <= 3000


def test_the_level_and_message_may_have_other_names(page: Page) -> None:
    _, _, text = ask(page, f"/traces/{DUPLICATE}?logs=around")
    assert "unnamed" in text
    assert "<details><summary>0 more" not in text
