"""Each view, its states, and the way from a list to the exception and its log lines."""

from __future__ import annotations

import json
import re
import time
from html import unescape
from typing import Any

import pytest

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.aws_reading import READS, AwsTraces, Calls, NotAReadError
from cdk_ecs_xray.page.model import Span
from cdk_ecs_xray.page.serving import Page
from cdk_ecs_xray.page.trace_map import map_of
from tests.page.conftest import DUPLICATE, NOW
from tests.page.store import Session, account_of, ask, following, signup, store_of, trace_id

FILTER = "q=http.status+%3D+409"


def test_the_root_leads_to_the_list_with_its_query(page: Page) -> None:
    status, headers, _ = ask(page, "/?q=fault")
    assert (status, headers["location"]) == (302, "/traces?q=fault")


def test_the_name_of_the_exception_is_in_the_list(page: Page) -> None:
    status, _, text = ask(page, f"/traces?{FILTER}")

    assert status == 200
    assert "<b>ConditionalCheckFailedException</b> · signup-dev" in text
    assert re.search(r'<h2 id="lh">25\s+traces', text)
    assert f"/traces/{DUPLICATE}?back=q%3Dhttp.status%2B%253D%2B409" in text


def test_a_trace_opens_at_the_part_that_failed_with_its_log_lines(page: Page) -> None:
    status, _, text = ask(page, f"/traces/{DUPLICATE}?back=q%3Dfault")

    assert status == 200
    assert 'aria-label="Details of dynamodb"' in text
    assert "app/store.py:41" in text
    assert "1 frame in libraries" in text
    assert "signup answered 409" in text
    assert 'href="/traces?q=fault"' in text
    assert "This trace 1" in text
    assert "Around it 2" in text
    assert "twice" in text
    assert "\x1b" not in text
    assert "unnamed" not in text


def test_lines_around_a_trace_are_shown_when_asked_for(page: Page) -> None:
    _, _, text = ask(page, f"/traces/{DUPLICATE}?logs=around")
    assert "unnamed" in text


def test_the_documents_of_a_trace_are_json(page: Page) -> None:
    _, headers, text = ask(page, f"/traces/{DUPLICATE}.json")
    assert headers["content-type"] == "application/json"
    assert json.loads(text)["segments"][0]["name"] == "signup"


@pytest.mark.parametrize("identifier", ["nothing", "1-00000000-000000000000000000000000"])
def test_an_unknown_trace_is_said_to_be_missing(page: Page, identifier: str) -> None:
    status, _, text = ask(page, f"/traces/{identifier}")
    assert status == 404
    assert "not here, or not yet" in text


def test_a_filter_that_cannot_be_read_shows_where(page: Page) -> None:
    status, _, text = ask(page, "/traces?q=http.status+%3D+%22409%22+AND+fault")
    shown = unescape(text)

    assert status == 200
    assert 'http.status = <mark>"409"</mark> AND fault' in shown
    assert "Character 15: Write a number there." in shown


def test_what_the_embedded_xray_lacks_is_said_and_not_ignored(page: Page) -> None:
    _, _, text = ask(page, "/traces?q=inferred")
    assert "inferred is not supported by the AWS emulator" in text


def test_response_times_narrow_the_list_alone(page: Page) -> None:
    _, _, text = ask(page, "/traces?rt=1..5")
    assert "No trace of 243 matches in the last 15 minutes" in text
    assert 'class="selline"' in text


def test_older_rows_are_a_link_that_does_not_move(page: Page) -> None:
    _, _, text = ask(page, "/traces")
    found = re.search(r'href="([^"]+)">Older', text)
    assert found is not None
    link = unescape(found[1])
    assert re.search(r"from=\d+\.\d+&to=\d+\.\d+&cursor=1-", link)
    assert "101\N{EN DASH}200" in ask(page, link)[2]


def test_the_map_has_every_node_in_drawing_tree_and_table(page: Page) -> None:
    status, _, text = ask(page, "/map?node=signup-dev~AWS%3A%3ADynamoDB%3A%3ATable")
    assert status == 200
    assert 'aria-label="Details of signup-dev"' in text
    assert text.count("signup-dev") >= 4
    assert "Sends no segments" in text
    assert ask(page, "/map.mmd")[2].startswith("flowchart LR")
    assert ask(page, f"/map?trace={DUPLICATE}")[0] == 200


def test_the_map_takes_a_filter_and_gives_its_figures(page: Page) -> None:
    whole, filtered = (
        json.loads(ask(page, f"/map.json{query}")[2]) for query in ("", "?q=http.status+%3D+409")
    )

    def calls(found: Any) -> Any:
        (one,) = (node for node in found["nodes"] if node["name"] == "signup-dev")
        return one["outcomes"]

    assert calls(whole) == {"ok": 216, "error": 25, "throttle": 0, "fault": 0}
    assert calls(filtered) == {"ok": 0, "error": 25, "throttle": 0, "fault": 0}
    assert {"from": "signup~client", "to": "signup~AWS::ECS::Container"}.items() <= next(
        one for one in whole["calls"] if one["to"].endswith("Container")
    ).items()
    _, _, text = ask(
        page, "/map?q=http.status+%3D+409&node=signup-dev~AWS%3A%3ADynamoDB%3A%3ATable"
    )
    assert "http.status+%3D+409+AND+service%28%22signup-dev%22%29" in text


def test_a_filter_of_the_map_that_cannot_be_read_shows_where(page: Page) -> None:
    _, _, text = ask(page, "/map?q=http.statsu+%3D+409")
    assert "Did you mean" in text
    assert "signup-dev" in text


def test_what_each_condition_finds_alone_is_said_where_all_find_nothing(page: Page) -> None:
    _, _, text = ask(page, "/traces?q=http.status+%3D+409+AND+fault")
    rows = re.findall(r"<tr><td><code>(.+?)</code></td><td class=\"num\">(\d+)</td>", text)
    assert rows == [("http.status = 409", "25"), ("fault", "1")]
    assert 'href="/traces?q=fault"' in text


def test_an_empty_range_leads_to_the_newest_trace() -> None:
    with Page(account_of([signup(1, NOW - 7200)]), clock=lambda: NOW) as served:
        _, _, text = ask(served, "/traces")
        assert "The newest is 120 min 0 s old." in text
        link = re.search(r'href="([^"]+)">Show the hour around it', text)
        assert link is not None
        assert "1 trace<" in ask(served, unescape(link[1]))[2]


@pytest.mark.parametrize(
    ("by", "shown", "term"),
    [
        ("exception", "ConditionalCheckFailedException", "q=error"),
        ("annotation", "plan = &#34;free&#34;", "annotation.plan+%3D+%22free%22"),
        ("endpoint", "/signup", "http.method+%3D+%22POST%22"),
    ],
)
def test_traces_are_ranked_by_what_is_asked_for(page: Page, by: str, shown: str, term: str) -> None:
    _, _, text = ask(page, f"/traces?by={by}")
    ranks = re.search(r'<table class="ranks">.*?</table>', text, re.DOTALL)
    assert ranks is not None
    assert shown in ranks[0]
    assert term in ranks[0]


def test_a_group_narrows_list_and_map_and_is_chosen_in_a_form() -> None:
    store = store_of([signup(n, NOW - 9 - n, status=409 if n == 3 else 201) for n in range(9)])
    store.create_group({"GroupName": "twice", "FilterExpression": "http.status = 409 OR fault"})
    account = Account(label=("dev",), is_real=False, traces=following(store))
    with Page(account, clock=lambda: NOW) as served:
        ask(served, "/traces")
        _, _, text = ask(served, "/traces?group=twice&q=error")
        assert "<option selected>twice</option>" in text
        assert "1 trace<" in text
        assert "No trace of 1 matches" in ask(served, "/traces?group=twice&q=ok")[2]
        assert "9 traces<" in ask(served, "/traces?group=gone")[2]
        found = json.loads(ask(served, "/map.json?group=twice")[2])
    assert [node["outcomes"]["error"] for node in found["nodes"]] == [1, 1, 1]


def test_segments_name_the_log_groups_beside_a_trace() -> None:
    named = {"cloudwatch_logs": [{"log_group": f"/ecs/{n}"} for n in range(9)]}
    account = account_of([signup(1, NOW - 5, aws=named)])
    with Page(account, clock=lambda: NOW) as served:
        _, _, text = ask(served, f"/traces/{trace_id(1, NOW - 5)}")
    assert "Logs beside this trace" in text
    session: Any = account.lines.calls.session  # type: ignore[union-attr]
    assert session.asked == ["filter_log_events"] * 5


def test_a_map_of_a_real_account_with_a_filter_is_of_the_newest_traces() -> None:
    store = store_of([signup(n, NOW - 5 - n, status=409) for n in range(120)])
    session: Any = Session(store)
    calls = Calls(session=session)
    traces = AwsTraces(calls=calls)
    found = traces.graph(Span(start=NOW - 900, end=NOW), "http.status = 409")
    assert found.newest == 100
    drawn = map_of(found.services)
    assert {node.name: node.calls.total for node in drawn.nodes}["signup-dev"] == 100
    assert len(drawn.nodes) == 3
    assert session.asked.count("get_trace_graph") == 20


def test_log_lines_lead_to_their_traces(page: Page) -> None:
    _, _, text = ask(page, "/logs?level=WARN")
    assert f'href="/traces/{DUPLICATE}"' in text
    assert "unnamed" not in text


def test_without_log_groups_no_link_to_logs_is_there() -> None:
    with Page(account_of([])) as empty:
        _, _, text = ask(empty, "/traces")
        assert "No trace in the last 15 minutes" in text
        assert 'href="/logs"' not in text
        assert "No log group was named" in ask(empty, "/logs")[2]


def test_a_real_account_is_only_read() -> None:
    session: Any = Session(store_of([]))
    with pytest.raises(NotAReadError, match="put_trace_segments"):
        Calls(session=session).call("xray", "put_trace_segments")
    assert session.asked == []
    assert all(name.split("_")[0] in ("get", "batch", "filter", "describe") for _, name in READS)


def test_times_are_utc_and_the_readers_own_in_their_titles(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        _, _, text = ask(page, f"/traces?{FILTER}")
    finally:
        monkeypatch.undo()
        time.tzset()
    # 1_800_000_000 is 08:00:00 in UTC; the duplicate began 20 seconds before.
    assert '"2027-01-15 13:29:40.000 IST, your time">07:59:40.000<' in text
