"""What a node of the map and a call between two show beside it."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from cdk_ecs_xray.page.serving import Page
from tests.page.conftest import NOW
from tests.page.store import account_of, ask, signup

CLIENT, SERVICE, TABLE = (
    "signup~client",
    "signup~AWS::ECS::Container",
    "signup-dev~AWS::DynamoDB::Table",
)


def panel(page: Page, query: str, **headers: str) -> str:
    status, _, text = ask(page, f"/map?{query}", **headers)
    found = re.search(r"<aside.*</aside>", text, re.DOTALL)
    assert (status, found is not None) == (200, True)
    return unescape(found[0]) if found is not None else ""


def edge(caller: str, called: str) -> str:
    return f"edge={quote(f'{caller}>{called}')}"


def links(text: str) -> dict[str, str]:
    """Return the filter that each link to the list has, by its text."""
    found = re.findall(r'<a class="btn[^"]*" href="(/traces\?[^"]*)">([^<]+)</a>', text)
    return {name: parse_qs(urlsplit(address).query)["q"][0] for address, name in found}


def test_a_call_shows_its_figures_and_leads_to_its_traces(page: Page) -> None:
    text = panel(page, edge(SERVICE, TABLE))

    for figure in ("<b>241</b>calls", "<b>16.1/min</b>rate", "<b>10.4 %</b>failing"):
        assert figure in text
    assert text.count("<b>20.0 ms</b>") == 2
    assert re.search(r"ConditionalCheckFailedException</td><td class=\"num\">25 ", text)
    both = 'service("signup") AND service("signup-dev")'
    assert links(text) == {"Failing traces": f"{both} AND (error OR fault)", "All traces": both}
    assert re.search(r"<h2[^>]*>25\s+traces", _list(page, links(text)["Failing traces"]))


def _list(page: Page, expression: str) -> str:
    return ask(page, f"/traces?q={quote(expression)}")[2]


def test_a_call_of_a_client_leads_to_what_it_calls(page: Page) -> None:
    text = panel(page, edge(CLIENT, SERVICE))
    assert links(text)["All traces"] == 'service("signup")'
    assert "no edge()" not in text


def test_the_filter_of_the_map_stays_in_the_links_of_a_call(page: Page) -> None:
    text = panel(page, f"q=http.status+%3D+409+OR+fault&range=1h&{edge(CLIENT, SERVICE)}")
    assert links(text)["Failing traces"] == (
        '(http.status = 409 OR fault) AND service("signup") AND (error OR fault)'
    )
    assert "range=1h" in text


def test_a_real_account_is_asked_for_edges_and_not_searched_for_exceptions() -> None:
    account = account_of([signup(n, NOW - 5, status=409) for n in range(3)], is_real=True)
    with Page(account, clock=lambda: NOW) as served:
        cookie = ask(served, f"/traces?token={served.url.partition('=')[2]}")[1]["set-cookie"]
        session = account.lines.calls.session  # type: ignore[union-attr]
        del session.asked[:]
        text = panel(served, edge(SERVICE, TABLE), Cookie=cookie.partition(";")[0])
    assert session.asked == ["get_groups", "get_service_graph"]
    assert links(text)["All traces"] == 'edge("signup", "signup-dev")'


def test_a_node_leads_to_the_calls_it_gets_and_makes(page: Page) -> None:
    text = panel(page, f"node={quote(SERVICE)}")
    addresses = re.findall(r'href="/map\?([^"#]*)#d"', text)
    assert [parse_qs(one)["edge"][0] for one in addresses] == [
        f"{CLIENT}>{SERVICE}",
        f"{SERVICE}>{TABLE}",
    ]


def test_a_call_of_one_trace_shows_no_rate(page: Page) -> None:
    trace = json.loads(ask(page, "/traces.json?q=http.status+%3D+409")[2])["traces"][0]["id"]
    text = panel(page, f"trace={trace}&{edge(SERVICE, TABLE)}")
    assert "<b>1</b>call" in text
    assert "/min" not in text


@pytest.mark.parametrize("key", ["", "nothing", f"{SERVICE}>", f"{TABLE}>{SERVICE}", ">"])
def test_a_call_that_is_not_there_shows_no_panel(page: Page, key: str) -> None:
    status, _, text = ask(page, f"/map?edge={quote(key)}")
    assert (status, "<aside" in text) == (200, False)
